"""A critic with a penalty on its gradient: backward through autograd.grad."""

import numpy as np
import torch
import torch.autograd as autograd
import torch.nn as nn
import torch.optim as optim


def fill(model, seed):
    rng = np.random.default_rng(seed)
    for p in model.parameters():
        p.data.copy_(torch.from_numpy(rng.standard_normal(tuple(p.shape)) * 0.3))


def gradient_penalty(critic, real, fake, alpha):
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    out = critic(mixed)
    gradients = autograd.grad(
        outputs=out,
        inputs=mixed,
        grad_outputs=torch.ones_like(out),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


def main():
    critic = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.LeakyReLU(0.2), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(3 * 3 * 3, 1),
    ).double()  # fmt: skip
    generator = nn.Sequential(nn.Linear(4, 36), nn.Tanh(), nn.Unflatten(1, (1, 6, 6))).double()
    fill(critic, 0)
    fill(generator, 1)
    d = optim.Adam(critic.parameters(), lr=1e-2, betas=(0.0, 0.9))
    g = optim.Adam(generator.parameters(), lr=1e-2, betas=(0.0, 0.9))
    rng = np.random.default_rng(2)
    losses = []
    for _ in range(3):
        real = torch.from_numpy(rng.standard_normal((5, 1, 6, 6)))
        z = torch.from_numpy(rng.standard_normal((5, 4)))
        alpha = torch.from_numpy(rng.uniform(size=(5, 1, 1, 1)))
        for p in critic.parameters():
            p.requires_grad = True
        critic.zero_grad()
        with torch.no_grad():
            fake = generator(z)
        penalty = gradient_penalty(critic, real.data, fake.data, alpha)
        loss_d = critic(fake).mean() - critic(real).mean() + 10 * penalty
        loss_d.backward()
        d.step()
        for p in critic.parameters():
            p.requires_grad = False
        generator.zero_grad()
        loss_g = -critic(generator(z)).mean()
        loss_g.backward()
        g.step()
        losses += [loss_d.item(), loss_g.item(), penalty.item()]
    return losses
