"""U-Net, atrous pyramids, attention blocks, a vision transformer's and ConvNeXt's pieces."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import init
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.utils import _pair
from torch.nn.parameter import Parameter


class DoubleConv(nn.Module):
    """(convolution => [BN] => ReLU) * 2"""

    def __init__(self, in_channels, out_channels, mid_channels=None):
        super().__init__()
        if not mid_channels:
            mid_channels = out_channels
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, mid_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(mid_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid_channels, out_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, in_channels, out_channels, bilinear=True):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(in_channels, out_channels, in_channels // 2)
        else:
            half = in_channels // 2
            self.up = nn.ConvTranspose2d(in_channels, half, kernel_size=2, stride=2)
            self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diffY = x2.size()[2] - x1.size()[2]
        diffX = x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [diffX // 2, diffX - diffX // 2, diffY // 2, diffY - diffY // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, bilinear):
        super().__init__()
        factor = 2 if bilinear else 1
        self.inc = DoubleConv(3, 4)
        self.down1 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(4, 8))
        self.down2 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(8, 16 // factor))
        self.up1 = Up(16, 8 // factor, bilinear)
        self.up2 = Up(8, 4, bilinear)
        self.outc = nn.Conv2d(4, 2, kernel_size=1)

    def forward(self, x):
        x = x[..., :30, :30]  # 30 does not divide by 4
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x = self.up1(x3, x2)
        x = self.up2(x, x1)
        return self.outc(x)


class ASPP(nn.Module):
    def __init__(self, in_channels=3, out_channels=6, rates=(2, 4)):
        super().__init__()
        modules = [self._conv(in_channels, out_channels, 1)]
        for rate in tuple(rates):
            modules.append(self._conv(in_channels, out_channels, 3, padding=rate, dilation=rate))
        self.convs = nn.ModuleList(modules)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(in_channels, out_channels, 1))
        self.project = nn.Conv2d(out_channels * (len(self.convs) + 1), 2, 1)

    @staticmethod
    def _conv(i, o, k, **kwargs):
        return nn.Sequential(
            nn.Conv2d(i, o, k, bias=False, **kwargs), nn.BatchNorm2d(o), nn.PReLU()
        )

    def forward(self, x):
        size = x.shape[-2:]
        _res = []
        for conv in self.convs:
            _res.append(conv(x))
        _res.append(F.interpolate(self.pool(x), size=size, mode="bilinear", align_corners=False))
        res = self.project(torch.cat(_res, dim=1))
        return F.interpolate(res, scale_factor=2, mode="nearest")


class ChannelGate(nn.Module):
    def __init__(self, channels, ratio=2):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels, channels // ratio),
            nn.ReLU(),
            nn.Linear(channels // ratio, channels),
        )

    def forward(self, x):
        avg = F.avg_pool2d(x, (x.size(2), x.size(3)), stride=(x.size(2), x.size(3)))
        top = F.max_pool2d(x, (x.size(2), x.size(3)), stride=(x.size(2), x.size(3)))
        flat = x.view(x.size(0), x.size(1), -1)
        s, _ = torch.max(flat, dim=2, keepdim=True)
        lse = s + (flat - s).exp().sum(dim=2, keepdim=True).log()
        total = self.mlp(avg) + self.mlp(top) + self.mlp(lse.unsqueeze(3))
        return x * torch.sigmoid(total).unsqueeze(2).unsqueeze(3).expand_as(x)


class SpatialGate(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, x):
        pooled = torch.cat((torch.max(x, 1)[0].unsqueeze(1), torch.mean(x, 1).unsqueeze(1)), dim=1)
        return x * torch.sigmoid(self.conv(pooled))


class ECA(nn.Module):
    def __init__(self, k_size=3):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel_size=k_size, padding=(k_size - 1) // 2, bias=False)

    def forward(self, x):
        y = self.avg_pool(x)
        y = self.conv(y.squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        return x * y.sigmoid().expand_as(x)


class AddCoords(nn.Module):
    def forward(self, x):
        batch_size, _, x_dim, y_dim = x.size()
        xx = torch.arange(x_dim).repeat(1, y_dim, 1)
        yy = torch.arange(y_dim).repeat(1, x_dim, 1).transpose(1, 2)
        xx = xx.float() / (x_dim - 1) * 2 - 1
        yy = yy.float() / (y_dim - 1) * 2 - 1
        xx = xx.repeat(batch_size, 1, 1, 1).transpose(2, 3)
        yy = yy.repeat(batch_size, 1, 1, 1).transpose(2, 3)
        ret = torch.cat([x, xx.type_as(x), yy.type_as(x)], dim=1)
        rr = torch.sqrt(torch.pow(xx.type_as(x) - 0.5, 2) + torch.pow(yy.type_as(x) - 0.5, 2))
        return torch.cat([ret, rr], dim=1)


class GatedNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.coords = AddCoords()
        self.conv = nn.Conv2d(6, 8, 3, padding="same", padding_mode="reflect")
        self.gates = nn.ModuleList([ChannelGate(8), SpatialGate(), ECA()])
        self.fc = nn.Linear(8, 10)
        self.apply(self._init)

    @staticmethod
    def _init(m):
        classname = m.__class__.__name__
        if classname.find("Conv") != -1:
            init.kaiming_normal_(m.weight.data, a=0, mode="fan_in")
        elif classname.find("Linear") != -1:
            init.xavier_normal_(m.weight.data)
            init.constant_(m.bias.data, 0.0)

    def forward(self, x):
        x = F.leaky_relu(self.conv(self.coords(x)), 0.1)
        for i, gate in enumerate(self.gates):
            x = gate(x)
        return self.fc(x.flatten(2).amax(-1))


class WSConv2d(_ConvNd):
    """A convolution with standardised weights, on the base class of all."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True):
        kernel_size, stride, padding = _pair(kernel_size), _pair(stride), _pair(padding)
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            _pair(1),
            False,
            _pair(0),
            1,
            bias,
            "zeros",
        )

    def forward(self, x):
        weight = self.weight
        mean = weight.mean(dim=(1, 2, 3), keepdim=True)
        std = weight.view(weight.size(0), -1).std(dim=1).view(-1, 1, 1, 1) + 1e-5
        weight = (weight - mean) / std.expand_as(weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class GhostNorm(_BatchNorm):
    def _check_input_dim(self, input):
        if input.dim() != 4:
            raise ValueError("expected 4D input (got {}D input)".format(input.dim()))


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


def drop_path(x, drop_prob: float = 0.0, training: bool = False):
    if drop_prob == 0.0 or not training:
        return x
    keep_prob = 1 - drop_prob
    shape = (x.shape[0],) + (1,) * (x.ndim - 1)
    random_tensor = keep_prob + torch.rand(shape, dtype=x.dtype, device=x.device)
    random_tensor.floor_()
    return x.div(keep_prob) * random_tensor


class ConvNeXtBlock(nn.Module):
    def __init__(self, dim, drop_prob=0.0, layer_scale_init_value=0.5):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(4 * dim, dim)
        self.gamma = Parameter(layer_scale_init_value * torch.ones((dim)), requires_grad=True)
        self.drop_prob = drop_prob

    def forward(self, x):
        input = x
        x = self.dwconv(x)
        x = x.permute(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
        x = self.pwconv2(self.act(self.pwconv1(self.norm(x))))
        if self.gamma is not None:
            x = self.gamma * x
        x = x.permute(0, 3, 1, 2)
        return input + drop_path(x, self.drop_prob, self.training)


class ConvNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, kernel_size=4, stride=4), LayerNorm2d(8))
        dp_rates = [x.item() for x in torch.linspace(0, 0.0, 2)]
        self.stage = nn.Sequential(*[ConvNeXtBlock(8, dp_rates[i]) for i in range(2)])
        self.ws = WSConv2d(8, 12, 3, padding=1)
        self.norm = GhostNorm(12)
        self.head = nn.Linear(12, 10)
        self.register_buffer("scale", torch.tensor(2.0))

    def forward(self, x):
        x = self.norm(self.ws(self.stage(self.stem(x))))
        return self.head(x.mean([-2, -1])) * self.scale


class Attention(nn.Module):
    def __init__(self, dim, num_heads=2, qkv_bias=False, attn_drop=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.scale = (dim // num_heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.attn_drop = nn.Dropout(attn_drop)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        attn = (q @ k.transpose(-2, -1)) * self.scale
        attn = self.attn_drop(attn.softmax(dim=-1))
        x = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


class ViT(nn.Module):
    def __init__(self, dim=12, patch=8):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, dim, kernel_size=patch, stride=patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.randn(1, 17, dim) * 0.02)
        self.norm1, self.attn = nn.LayerNorm(dim), Attention(dim, qkv_bias=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 24), nn.GELU(), nn.Linear(24, dim))
        self.head = nn.Linear(dim, 10)
        nn.init.trunc_normal_(self.cls_token, std=0.02)

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        cls_token = self.cls_token.expand(x.shape[0], -1, -1)
        x = torch.cat((cls_token, x), dim=1)
        x = x + self.pos_embed
        x = x + self.attn(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class NonLocal(nn.Module):
    """Attention over pixels, and a branch that is wired by hooks and buffers."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.theta = nn.Conv2d(8, 4, 1)
        self.phi = nn.Sequential(nn.Conv2d(8, 4, 1), nn.MaxPool2d(2))
        self.g = nn.Sequential(nn.Conv2d(8, 4, 1), nn.MaxPool2d(2))
        self.out = nn.Conv2d(4, 8, 1)
        self.gamma = nn.Parameter(torch.full((1,), 0.3))
        self.register_buffer("mean", torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1))
        self.register_parameter("nothing", None)

    def forward(self, x):
        x = self.stem(x - self.mean)
        b, c, h, w = x.size()
        theta = self.theta(x).view(b, -1, h * w)
        phi = self.phi(x).view(b, -1, h * w // 4)
        g = self.g(x).view(b, -1, h * w // 4)
        attention = F.softmax(torch.bmm(theta.permute(0, 2, 1), phi), dim=-1)
        o = torch.einsum("bij,bcj->bci", attention, g).view(b, -1, h, w)
        return self.gamma * self.out(o) + x


MODELS = {
    "unet_bilinear": lambda: UNet(True),
    "unet_transposed": lambda: UNet(False),
    "aspp": ASPP,
    "gates": GatedNet,
    "convnext": ConvNeXt,
    "vit": ViT,
    "non_local": NonLocal,
}
