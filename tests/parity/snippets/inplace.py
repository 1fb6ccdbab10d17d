"""Results thrown away, shared and written into: functions that change their argument."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

rng = np.random.RandomState(0)
conv = nn.Conv2d(2, 4, 3, padding=1).double()
for p in conv.parameters():
    p.data.copy_(torch.from_numpy(rng.randn(*p.shape)))
x = torch.from_numpy(rng.randn(2, 2, 4, 4))
RESULT = []


def done(y):
    conv.zero_grad()
    (y * torch.arange(y.numel()).view(y.shape)).sum().backward()
    RESULT.extend([y.detach().numpy().copy(), conv.weight.grad.numpy().copy()])


y = conv(x)
F.relu_(y)  # the result is y
done(y)
y = conv(x)
F.relu(y, inplace=True)
done(y)
y = conv(x)
nn.ReLU(inplace=True)(y)
done(y)
y = conv(x)
skip = y
out = nn.LeakyReLU(0.1, inplace=True)(y)
done(out + skip)
block = nn.Sequential(nn.ReLU6(inplace=True), nn.Hardswish(inplace=True))
y = conv(x)
done(block(y))
y = conv(x)
F.hardtanh(y, -0.5, 0.5, inplace=True)
done(y.clamp_(min=0))
y = conv(x)
y[:, 1:3] = 0
y[:, 0, :2] *= 3
y += 1
done(y)
y = torch.zeros(2, 4, 4, 4).double()
y[:, :, ::2, ::2] = conv(x)[:, :, :2, :2]
done(y)
outs = conv(x).new_zeros((2, 8, 4, 4))
outs[:, :4] = conv(x)
outs[:, 4:] = conv(x) ** 2
done(outs)
y = conv(x)
y.data.clamp_(0, 1)
RESULT.append(y.detach().numpy())
n, c, h, w = x.size()
fold = 1
shifted = torch.zeros_like(x)
shifted[:-1, :fold] = x[1:, :fold]  # shift left
shifted[1:, fold : 2 * fold] = x[:-1, fold : 2 * fold]
RESULT.append(shifted.numpy())
p = nn.Parameter(torch.ones(3))
with torch.no_grad():
    p[1] = 5
    p += 1
    nn.ReLU(inplace=True)(p)
RESULT.append(p.detach().numpy())
dead = F.dropout(x, 0.5, training=False, inplace=True)
RESULT.append(dead.numpy())
z = torch.from_numpy(rng.randn(3, 3))
nn.ReLU(inplace=True)(z)
nn.SiLU(inplace=True)(z)
nn.ELU(inplace=True)(z)
RESULT.append(z.numpy())
