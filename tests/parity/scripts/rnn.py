"""A classifier of sequences of different lengths: an embedding, an LSTM, a collate_fn."""

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset


class Words(Dataset):
    def __init__(self):
        rng = np.random.default_rng(0)
        self.items = [
            (torch.tensor(rng.integers(1, 20, int(n))), int(n) % 2) for n in rng.integers(2, 7, 9)
        ]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    texts, labels = zip(*batch)
    lengths = torch.tensor([len(t) for t in texts])
    padded = pad_sequence(texts, batch_first=True, padding_value=0)
    return padded, lengths, torch.tensor(labels, dtype=torch.long)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 5, padding_idx=0)
        self.rnn = nn.LSTM(5, 6, num_layers=1, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, x, lengths):
        out, (h, c) = self.rnn(self.embedding(x))
        last = out[torch.arange(len(x)), lengths - 1]
        return self.fc(last + torch.cat([h[0], h[1]], dim=1))


def main():
    model = Classifier().double()
    rng = np.random.default_rng(1)
    for p in model.parameters():
        p.data.copy_(torch.from_numpy(rng.standard_normal(tuple(p.shape)) * 0.3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.1)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(2):
        for x, lengths, y in DataLoader(Words(), batch_size=3, collate_fn=collate):
            loss = criterion(model(x, lengths), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            losses.append(loss.item())
    return losses
