"""What is wrong with data: damaged, doubled, leaked and misplaced pictures, and bad boxes.

>>> from tensorlite.data.check import check_data
>>> check_data("digits").findings
[]
"""

from tensorlite.data.check.checking import check_data
from tensorlite.data.check.cleaned import write_cleaned
from tensorlite.data.check.report import KINDS, Finding, Report

__all__ = ["KINDS", "Finding", "Report", "check_data", "write_cleaned"]
