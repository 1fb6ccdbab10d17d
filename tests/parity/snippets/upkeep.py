"""What surrounds training: averages, groups by name, checkpoints, freezing, pruned state, repr."""

import copy
import io
import math
import os
import tempfile
from collections import OrderedDict, defaultdict

import numpy as np
import torch
import torch.backends.cudnn as cudnn
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.nn.utils import clip_grad_norm_, parameters_to_vector, vector_to_parameters
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    ReduceLROnPlateau,
    StepLR,
    _LRScheduler,
)
from torch.utils.data import DataLoader, TensorDataset, random_split  # noqa: F401

cudnn.benchmark = True
rng = np.random.RandomState(0)


class WarmUpLR(_LRScheduler):
    def __init__(self, optimizer, total_iters, last_epoch=-1):
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [base_lr * self.last_epoch / (self.total_iters + 1e-8) for base_lr in self.base_lrs]


class SAM(Optimizer):
    def __init__(self, params, base_optimizer, rho=0.05, **kwargs):
        assert rho >= 0.0
        defaults = dict(rho=rho, **kwargs)
        super(SAM, self).__init__(params, defaults)
        self.base_optimizer = base_optimizer(self.param_groups, **kwargs)
        self.param_groups = self.base_optimizer.param_groups
        self.defaults.update(self.base_optimizer.defaults)

    @torch.no_grad()
    def first_step(self, zero_grad=False):
        norms = [
            p.grad.norm(p=2) for g in self.param_groups for p in g["params"] if p.grad is not None
        ]
        grad_norm = torch.norm(torch.stack(norms), p=2)
        for group in self.param_groups:
            scale = group["rho"] / (grad_norm + 1e-12)
            for p in group["params"]:
                if p.grad is None:
                    continue
                self.state[p]["old_p"] = p.data.clone()
                p.add_(p.grad * scale.to(p))
        if zero_grad:
            self.zero_grad()

    @torch.no_grad()
    def second_step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = self.state[p]["old_p"]
        self.base_optimizer.step()
        self.zero_grad()


class MySGD(Optimizer):
    def __init__(self, params, lr=0.1, momentum=0.0):
        if lr < 0.0:
            raise ValueError("Invalid learning rate: {}".format(lr))
        super().__init__(params, dict(lr=lr, momentum=momentum))

    def __setstate__(self, state):
        super().__setstate__(state)

    def step(self, closure=None):
        loss = None if closure is None else closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                d_p = p.grad.data
                param_state = self.state[p]
                if "momentum_buffer" not in param_state:
                    buf = param_state["momentum_buffer"] = torch.zeros_like(p.data)
                else:
                    buf = param_state["momentum_buffer"]
                buf.mul_(group["momentum"]).add_(d_p)
                p.data.add_(buf, alpha=-group["lr"])
        return loss


class ModelEMA(nn.Module):
    def __init__(self, model, decay=0.9):
        super().__init__()
        self.module = copy.deepcopy(model)
        self.module.eval()
        self.decay = decay

    @torch.no_grad()
    def update(self, model):
        for ema_v, model_v in zip(self.module.state_dict().values(), model.state_dict().values()):
            ema_v.copy_(self.decay * ema_v + (1.0 - self.decay) * model_v)


def make_net():
    net = nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(2, 4, 3, bias=False),
            bn=nn.BatchNorm2d(4),
            act=nn.ReLU(),
            flat=nn.Flatten(),
        )
    )
    net.add_module("fc", nn.Linear(16, 3))
    return net


def fix(net):
    state = OrderedDict()
    for k, v in net.state_dict().items():
        state[k] = (
            v if v.dtype == torch.int64 else torch.from_numpy(rng.rand(*v.shape).astype("f4"))
        )
    net.load_state_dict(state)
    return net


net = fix(make_net())
decay, no_decay = [], []
for name, param in net.named_parameters():
    if not param.requires_grad:
        continue
    if len(param.shape) == 1 or name.endswith(".bias"):
        no_decay.append(param)
    else:
        decay.append(param)
optimizer = optim.AdamW(
    [{"params": no_decay, "weight_decay": 0.0}, {"params": decay}], lr=0.01, weight_decay=0.05
)
scheduler = LambdaLR(optimizer, lr_lambda=lambda e: 0.5 * (1 + math.cos(math.pi * e / 4)))
ema = ModelEMA(net)
x = torch.from_numpy(rng.randn(6, 2, 4, 4).astype("float32"))
y = torch.tensor([0, 1, 2, 0, 1, 2])
RESULT = []
for step in range(3):
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    norm = clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    scheduler.step()
    ema.update(net)
    RESULT += [loss.item(), float(norm), scheduler.get_last_lr()[0]]
vector = parameters_to_vector(net.parameters())
RESULT.append(vector.detach().numpy().copy())
vector_to_parameters(vector * 0.5, net.parameters())
RESULT += [v.numpy() for v in ema.module.state_dict().values()]

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pth.tar")
    torch.save(
        {
            "epoch": 3,
            "arch": "net",
            "state_dict": net.state_dict(),
            "optimizer": optimizer.state_dict(),
            "best": 0.5,
        },
        path,
    )
    checkpoint = torch.load(path, map_location=torch.device("cpu"))
    again, other = (
        make_net(),
        optim.AdamW([{"params": []}, {"params": []}][:0] or make_net().parameters()),
    )
    message = again.load_state_dict(checkpoint["state_dict"])
    RESULT += [str(message), checkpoint["epoch"], checkpoint["best"], checkpoint["arch"]]
    stripped = OrderedDict(("module." + k, v) for k, v in checkpoint["state_dict"].items())
    torch.save(stripped, path)
    loaded = torch.load(path, map_location=lambda storage, loc: storage)
    new_state = {
        k.replace("module.", "") if k.startswith("module.") else k: v for k, v in loaded.items()
    }
    model_dict = again.state_dict()
    pretrained = {
        k: v for k, v in new_state.items() if k in model_dict and v.size() == model_dict[k].size()
    }
    pretrained.pop("fc.weight")
    model_dict.update(pretrained)
    again.load_state_dict(model_dict)
    result = again.load_state_dict(pretrained, strict=False)
    RESULT += [str(result.missing_keys), str(result.unexpected_keys), again(x).detach().numpy()]
    buffer = io.BytesIO()
    torch.save(again.state_dict(), buffer)
    buffer.seek(0)
    RESULT.append(sorted(torch.load(buffer)))

for param in again.parameters():
    param.requires_grad = False
num_ftrs = again.fc.in_features
again.fc = fix(nn.Linear(num_ftrs, 5))
trainable = filter(lambda p: p.requires_grad, again.parameters())
sgd = optim.SGD(trainable, lr=0.1, momentum=0.9)
plateau = ReduceLROnPlateau(sgd, mode="min", factor=0.1, patience=0, threshold=10.0)
warm = WarmUpLR(optim.SGD(again.fc.parameters(), lr=0.4), 5)
for step in range(3):
    sgd.zero_grad()
    out = again(x)
    loss = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 1.0, 1.0, 1.0]), reduction="none")(
        out, y
    )
    loss.mean().backward()
    sgd.step()
    plateau.step(loss.mean())
    warm.optimizer.step()
    warm.step()
    RESULT += [loss.detach().numpy(), sgd.param_groups[0]["lr"], warm.get_last_lr()[0]]
RESULT.append(sum(p.numel() for p in again.parameters() if p.requires_grad))
RESULT.append(sum([np.prod(p.size()) for p in again.parameters()]))

net = fix(make_net())
sam = SAM(net.parameters(), optim.SGD, rho=0.1, lr=0.1, momentum=0.9)
mine = MySGD(net.fc.parameters(), lr=0.05, momentum=0.9)
cosine = CosineAnnealingLR(mine, T_max=10)
steps = StepLR(sam.base_optimizer, step_size=2, gamma=0.5)
for step in range(3):
    F.cross_entropy(net(x), y).backward()
    sam.first_step(zero_grad=True)
    F.cross_entropy(net(x), y).backward()
    sam.second_step()
    loss = F.cross_entropy(net(x), y)
    mine.zero_grad()
    loss.backward()
    mine.step()
    cosine.step()
    steps.step()
    RESULT += [loss.item(), mine.param_groups[0]["lr"], steps.get_last_lr()[0]]
counts = defaultdict(int)
for module in net.modules():
    counts[type(module).__name__] += 1
RESULT += [
    repr(net),
    str(sorted(counts.items())),
    str(net.training),
    str(tuple(x.shape)),
]
confusion = torch.zeros(3, 3)
pred = torch.argmax(net(x), 1)
for a, b in zip(y.view(-1), pred.view(-1)):
    confusion[a.long(), b.long()] += 1
RESULT += [confusion.numpy(), (confusion.diag() / confusion.sum(1)).numpy()]
