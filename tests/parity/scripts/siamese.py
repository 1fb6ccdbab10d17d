"""Embeddings by triplets and by pairs, from a data set class of one's own."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Triplets(Dataset):
    def __init__(self, count):
        self.rng = np.random.default_rng(0)
        self.x = self.rng.standard_normal((count, 6))
        self.y = np.arange(count) % 3

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        same = np.flatnonzero(self.y == self.y[index])[0]
        other = np.flatnonzero(self.y != self.y[index])[index % 5]
        return {"anchor": torch.from_numpy(self.x[index]), "positive": self.x[same],
                "negative": self.x[other], "label": int(self.y[index])}  # fmt: skip


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 8), nn.PReLU(), nn.Linear(8, 3))

    def forward(self, x):
        return F.normalize(self.net(x), p=2, dim=1)


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, target):
        distance = F.pairwise_distance(a, b)
        similar = target.double() * distance.pow(2)
        apart = (1 - target).double() * torch.clamp(self.margin - distance, min=0.0).pow(2)
        return 0.5 * (similar + apart).mean()


def main():
    model = Embedding().double()
    rng = np.random.default_rng(1)
    for p in model.parameters():
        nn.init.constant_(p, 0.1)
        p.data += torch.from_numpy(rng.standard_normal(tuple(p.shape)) * 0.3)
    triplet, contrastive = nn.TripletMarginLoss(margin=0.5), ContrastiveLoss()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-2, momentum=0.5)
    losses = []
    for _ in range(2):
        for batch in DataLoader(Triplets(12), batch_size=5, drop_last=True):
            a, p, n = (model(batch[k]) for k in ("anchor", "positive", "negative"))
            pairs = (batch["label"] == torch.roll(batch["label"], 1)).long()
            loss = triplet(a, p, n) + contrastive(a, torch.roll(a, 1, dims=0), pairs)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
