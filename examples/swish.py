import tensorlite as tl
from tensorlite import nn
from tensorlite.plugins import hookimpl

class Swish(nn.Module):
    """x * sigmoid(x) (Ramachandran et al. 2017)."""
    def forward(self, x):
        return x * x.sigmoid()

@hookimpl
def register_layers(register):
    register("swish", Swish)
