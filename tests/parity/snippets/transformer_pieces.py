"""A spatial transformer, attention by unfold, window partition, deformable sampling by grid."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor  # noqa: F401


class STN(nn.Module):
    def __init__(self):
        super().__init__()
        self.localization = nn.Sequential(
            nn.Conv2d(1, 4, kernel_size=5), nn.MaxPool2d(2, stride=2), nn.ReLU(True)
        )
        self.fc_loc = nn.Sequential(nn.Linear(4 * 4 * 4, 8), nn.ReLU(True), nn.Linear(8, 3 * 2))
        self.fc_loc[2].weight.data.zero_()
        self.fc_loc[2].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))

    def forward(self, x):
        xs = self.localization(x)
        xs = xs.view(-1, 4 * 4 * 4)
        theta = self.fc_loc(xs)
        theta = theta.view(-1, 2, 3)
        grid = F.affine_grid(theta, x.size(), align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)


class LocalAttention(nn.Module):
    def __init__(self, channels, kernel_size=3):
        super().__init__()
        self.kernel_size = kernel_size
        self.to_qkv = nn.Conv2d(channels, channels * 3, 1, bias=False)

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.to_qkv(x).chunk(3, dim=1)
        k, v = map(lambda t: F.unfold(t, self.kernel_size, padding=1).view(b, c, -1, h, w), (k, v))
        attention = torch.softmax((q.unsqueeze(2) * k).sum(1, keepdim=True) / c**0.5, dim=2)
        return torch.einsum("bckhw,bckhw->bchw", attention.expand_as(v), v)


def window_partition(x, window_size):
    B, H, W, C = x.shape
    x = x.view(B, H // window_size, window_size, W // window_size, window_size, C)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, window_size, window_size, C)


def window_reverse(windows, window_size, H, W):
    B = int(windows.shape[0] / (H * W / window_size / window_size))
    x = windows.view(B, H // window_size, W // window_size, window_size, window_size, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)


def shifted_mask(H, W, window_size, shift):
    img_mask = torch.zeros((1, H, W, 1))
    slices = (slice(0, -window_size), slice(-window_size, -shift), slice(-shift, None))
    cnt = 0
    for h in slices:
        for w in slices:
            img_mask[:, h, w, :] = cnt
            cnt += 1
    mask_windows = window_partition(img_mask, window_size).view(-1, window_size * window_size)
    attn_mask = mask_windows.unsqueeze(1) - mask_windows.unsqueeze(2)
    return attn_mask.masked_fill(attn_mask != 0, float(-100.0)).masked_fill(attn_mask == 0, 0.0)


def relative_position_index(window):
    coords = torch.stack(
        torch.meshgrid([torch.arange(window), torch.arange(window)], indexing="ij")
    )
    coords_flatten = torch.flatten(coords, 1)
    relative = coords_flatten[:, :, None] - coords_flatten[:, None, :]
    relative = relative.permute(1, 2, 0).contiguous()
    relative[:, :, 0] += window - 1
    relative[:, :, 1] += window - 1
    relative[:, :, 0] *= 2 * window - 1
    return relative.sum(-1)


rng = np.random.RandomState(0)


def fixed(module):
    for p in module.parameters():
        p.data.copy_(torch.from_numpy(rng.randn(*p.shape) * 0.2))
    return module.double()


stn = fixed(STN())
stn.fc_loc[2].bias.data += torch.tensor([1.0, 0, 0, 0, 1, 0]).double()
x = torch.from_numpy(rng.randn(2, 1, 12, 12)).requires_grad_()
y = stn(x)
(y**2).sum().backward()
RESULT = [y.detach().numpy(), x.grad.numpy()] + [p.grad.numpy() for p in stn.parameters()]
local = fixed(LocalAttention(4))
x = torch.from_numpy(rng.randn(2, 4, 8, 8)).requires_grad_()
y = local(x)
y.sum().backward()
RESULT += [y.data.numpy(), x.grad.numpy(), local.to_qkv.weight.grad.numpy()]
rolled = torch.roll(x.detach().permute(0, 2, 3, 1), shifts=(-2, -2), dims=(1, 2))
windows = window_partition(rolled, 4)
back = torch.roll(window_reverse(windows, 4, 8, 8), shifts=(2, 2), dims=(1, 2))
RESULT += [windows.numpy(), back.numpy(), shifted_mask(8, 8, 4, 2).numpy()]
RESULT.append(relative_position_index(4).numpy())
table = nn.Parameter(torch.from_numpy(rng.randn(49, 2)))
bias = table[relative_position_index(4).view(-1)].view(16, 16, -1).permute(2, 0, 1).contiguous()
(bias.unsqueeze(0) * 2).pow(2).sum().backward()
RESULT += [table.grad.numpy()]
