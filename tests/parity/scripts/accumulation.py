"""Gradients added up over small batches, a moving average of the weights, mixed precision off."""

import copy

import numpy as np
import torch
import torch.nn as nn
from torch.cuda.amp import GradScaler, autocast


class EMA:
    def __init__(self, model, decay):
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        for p in self.model.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        for ema, p in zip(self.model.parameters(), model.parameters()):
            ema.mul_(self.decay).add_(p, alpha=1 - self.decay)
        for ema, b in zip(self.model.buffers(), model.buffers()):
            ema.copy_(b)


def main():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.GELU(), nn.Linear(8, 3)).double()
    for p in model.parameters():
        p.data.add_(torch.from_numpy(rng.standard_normal(tuple(p.shape)))).sub_(p.data * 0.0)
    with torch.no_grad():
        for p in model.parameters():
            p.zero_().add_(torch.from_numpy(rng.standard_normal(tuple(p.shape)) * 0.4))
    decay = [p for n, p in model.named_parameters() if p.ndim > 1]
    other = [p for n, p in model.named_parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.1}, {"params": other, "weight_decay": 0.0}], lr=1e-2
    )
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=4)
    scaler, ema, steps = GradScaler(enabled=False), EMA(model, 0.9), 2
    losses = []
    for i in range(6):
        x = torch.from_numpy(rng.standard_normal((5, 6)))
        y = torch.from_numpy(rng.integers(0, 3, 5))
        with autocast(enabled=False):
            loss = nn.functional.cross_entropy(model(x), y) / steps
        scaler.scale(loss).backward()
        if (i + 1) % steps == 0:
            scaler.unscale_(optimizer)
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            scheduler.step()
            ema.update(model)
            losses.append(float(norm))
        losses.append(loss.item())
    with torch.no_grad():
        losses.append(ema.model(x).square().mean().item())
    return losses
