"""Small data sets on disk, in the layouts that people keep them in."""

import json

import numpy as np
from PIL import Image


class Tree:
    """A folder that files are written into by their paths."""

    def __init__(self, root):
        self.root = root

    def picture(self, path, size=(20, 16), colour="red", mode="RGB", **options):
        path = self._place(path)
        Image.new(mode, size, colour).save(path, **options)
        return path

    def pictures(self, *paths, **options):
        for path in paths:
            self.picture(path, **options)

    def text(self, path, text, encoding="utf-8"):
        path = self._place(path)
        path.write_bytes(text.encode(encoding))
        return path

    def table(self, path, *rows, encoding="utf-8"):
        return self.text(path, "\n".join(rows) + "\n", encoding)

    def voc(self, path, filename, *boxes, size=(20, 16)):
        """An annotation; a box is (label, xmin, ymin, xmax, ymax)."""
        objects = "".join(
            f"<object><name>{label}</name><bndbox><xmin>{a}</xmin><ymin>{b}</ymin>"
            f"<xmax>{c}</xmax><ymax>{d}</ymax></bndbox></object>"
            for label, a, b, c, d in boxes
        )
        width, height = size
        measures = f"<size><width>{width}</width><height>{height}</height></size>"
        head = f"<filename>{filename}</filename>{measures}"
        return self.text(path, f"<annotation>{head}{objects}</annotation>")

    def coco(self, path, names, annotations, categories):
        """Pictures are numbered from 1; an annotation is (picture, category, box)."""
        content = {
            "images": [{"id": n, "file_name": name} for n, name in enumerate(names, 1)],
            "annotations": [
                {"id": n, "image_id": picture, "category_id": category, "bbox": box}
                for n, (picture, category, box) in enumerate(annotations)
            ],
            "categories": [{"id": n, "name": name} for n, name in categories.items()],
        }
        return self.text(path, json.dumps(content))

    def mask(self, path, value=1, size=(20, 16), palette=False):
        """Zeros with a square of a value from 4 to 8."""
        numbers = np.zeros(size[::-1], np.uint8)
        numbers[4:8, 4:8] = value
        picture = Image.fromarray(numbers)
        if palette:
            picture = Image.frombytes("P", size, numbers.tobytes())
            picture.putpalette([0, 0, 0, 128, 0, 0] + [5] * 762)
        picture.save(self._place(path))

    def _place(self, path):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
