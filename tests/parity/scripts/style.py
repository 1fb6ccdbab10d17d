"""A picture that is trained itself: a frozen network, hooks, an optimizer with a closure."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def gram_matrix(input):
    a, b, c, d = input.size()
    features = input.view(a * b, c * d)
    return torch.mm(features, features.t()).div(a * b * c * d)


def main():
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.ReLU())
    net = net.double().requires_grad_(False).eval()
    for p in net.parameters():
        p.copy_(torch.from_numpy(rng.standard_normal(tuple(p.shape)) * 0.3))
    features = {}

    def keep(name):
        def hook(module, input, output):
            features[name] = output

        return hook

    handles = [net[i].register_forward_hook(keep(i)) for i in (0, 2)]
    content = torch.from_numpy(rng.uniform(size=(1, 3, 8, 8)))
    style = torch.from_numpy(rng.uniform(size=(1, 3, 8, 8)))
    net(content)
    content_target = features[2].detach()
    net(style)
    style_target = gram_matrix(features[0]).detach()
    image = content.clone().requires_grad_(True)
    optimizer = torch.optim.SGD([image], lr=0.5)
    losses = []
    for _ in range(3):

        def closure():
            with torch.no_grad():
                image.clamp_(0, 1)
            optimizer.zero_grad()
            net(image)
            loss = F.mse_loss(features[2], content_target)
            loss = loss + 10 * F.mse_loss(gram_matrix(features[0]), style_target)
            loss.backward()
            losses.append(loss.item())
            return loss

        optimizer.step(closure)
    for handle in handles:
        handle.remove()
    return losses
