"""PyTorch's older path for downloads of weights; nothing is downloaded here."""

from tensorlite.hub import load_state_dict_from_url as load_url

__all__ = ["load_url"]
