import tensorlite as tl
from tensorlite import nn
from tensorlite.testing import check_layer


class Curve(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.slope = nn.Parameter(tl.rand(channels))
        self.offset = nn.Parameter(tl.zeros(channels))
        self.scale = nn.Buffer(tl.ones(channels))
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        slope = self.slope.reshape(1, -1, 1, 1)
        offset = self.offset.reshape(1, -1, 1, 1)
        scale = 1.0 if self.training else self.scale.reshape(1, -1, 1, 1)
        if self.training:
            with tl.no_grad():
                self.scale.mul_(0.9)
        y = x * (slope * x).sigmoid() * scale + offset
        return self.drop(y)


def check():
    check_layer(Curve, (2, 3, 2, 2), second=False)
