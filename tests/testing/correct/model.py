import tensorlite as tl
from tensorlite import nn
from tensorlite.testing import check_model


class Net(nn.Module):
    def __init__(self, num_classes, in_channels, image_size):
        super().__init__()
        height, width = image_size
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.scale = nn.Buffer(tl.ones(1) * 2.0)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(4 * (height // 2) * (width // 2), num_classes)

    def forward(self, x):
        x = self.drop(self.features(x).flatten(1) * self.scale)
        return self.head(x)


def net(num_classes=10, in_channels=1, image_size=(8, 8)):
    return Net(num_classes, in_channels, image_size)


def check():
    check_model(net, features="features", head="head", parameters=698)
