"""Distillation, SimCLR's and supervised contrastive losses, focal, dice, center and triplet."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

rng = np.random.RandomState(0)


def t(*shape):
    return torch.from_numpy(rng.randn(*shape)).requires_grad_()


def loss_fn_kd(outputs, labels, teacher_outputs, alpha=0.9, T=4.0):
    kd = nn.KLDivLoss(reduction="batchmean")(
        F.log_softmax(outputs / T, dim=1), F.softmax(teacher_outputs / T, dim=1)
    ) * (alpha * T * T)
    return kd + F.cross_entropy(outputs, labels) * (1.0 - alpha)


def info_nce_loss(features, batch_size, temperature=0.5):
    labels = torch.cat([torch.arange(batch_size) for i in range(2)], dim=0)
    labels = (labels.unsqueeze(0) == labels.unsqueeze(1)).float()
    features = F.normalize(features, dim=1)
    similarity_matrix = torch.matmul(features, features.T)
    mask = torch.eye(labels.shape[0], dtype=torch.bool)
    labels = labels[~mask].view(labels.shape[0], -1)
    similarity_matrix = similarity_matrix[~mask].view(similarity_matrix.shape[0], -1)
    positives = similarity_matrix[labels.bool()].view(labels.shape[0], -1)
    negatives = similarity_matrix[~labels.bool()].view(similarity_matrix.shape[0], -1)
    logits = torch.cat([positives, negatives], dim=1)
    labels = torch.zeros(logits.shape[0], dtype=torch.long)
    return nn.CrossEntropyLoss()(logits / temperature, labels)


def nt_xent(z_i, z_j, tau=0.5):
    z = torch.cat([z_i, z_j])
    sim = F.cosine_similarity(z.unsqueeze(1), z.unsqueeze(0), dim=2) / tau
    n = z_i.size(0)
    pos = torch.cat([torch.diag(sim, n), torch.diag(sim, -n)])
    mask = (~torch.eye(2 * n, 2 * n, dtype=bool)).float()
    return (-pos + torch.log((mask * torch.exp(sim)).sum(dim=1))).mean()


def sup_con(features, labels, temperature=0.07):
    batch_size = features.shape[0]
    labels = labels.contiguous().view(-1, 1)
    mask = torch.eq(labels, labels.T).float().to(features.device)
    contrast_count = features.shape[1]
    contrast = torch.cat(torch.unbind(features, dim=1), dim=0)
    dots = torch.div(torch.matmul(contrast, contrast.T), temperature)
    logits_max, _ = torch.max(dots, dim=1, keepdim=True)
    logits = dots - logits_max.detach()
    mask = mask.repeat(contrast_count, contrast_count)
    logits_mask = torch.scatter(
        torch.ones_like(mask), 1, torch.arange(batch_size * contrast_count).view(-1, 1), 0
    )
    mask = mask * logits_mask
    log_prob = logits - torch.log((torch.exp(logits) * logits_mask).sum(1, keepdim=True))
    return -((mask * log_prob).sum(1) / mask.sum(1)).view(contrast_count, batch_size).mean()


class FocalLoss(nn.Module):
    def __init__(self, gamma=2, alpha=None, size_average=True):
        super().__init__()
        self.gamma, self.alpha, self.size_average = gamma, alpha, size_average
        if isinstance(alpha, (float, int)):
            self.alpha = torch.Tensor([alpha, 1 - alpha])
        if isinstance(alpha, list):
            self.alpha = torch.Tensor(alpha)

    def forward(self, input, target):
        if input.dim() > 2:
            input = input.view(input.size(0), input.size(1), -1)
            input = input.transpose(1, 2)
            input = input.contiguous().view(-1, input.size(2))
        target = target.view(-1, 1)
        logpt = F.log_softmax(input, dim=1)
        logpt = logpt.gather(1, target)
        logpt = logpt.view(-1)
        pt = logpt.data.exp()
        if self.alpha is not None:
            if self.alpha.type() != input.data.type():
                self.alpha = self.alpha.type_as(input.data)
            at = self.alpha.gather(0, target.data.view(-1))
            logpt = logpt * at
        loss = -1 * (1 - pt) ** self.gamma * logpt
        return loss.mean() if self.size_average else loss.sum()


def dice_coeff(input, target, epsilon=1e-6):
    sum_dim = (-1, -2) if input.dim() == 2 else (-1, -2, -3)
    inter = 2 * (input * target).sum(dim=sum_dim)
    sets_sum = input.sum(dim=sum_dim) + target.sum(dim=sum_dim)
    sets_sum = torch.where(sets_sum == 0, inter, sets_sum)
    return ((inter + epsilon) / (sets_sum + epsilon)).mean()


class CenterLoss(nn.Module):
    def __init__(self, num_classes, feat_dim):
        super().__init__()
        self.num_classes = num_classes
        self.centers = nn.Parameter(torch.from_numpy(rng.randn(num_classes, feat_dim)))

    def forward(self, x, labels):
        n = x.size(0)
        distmat = torch.pow(x, 2).sum(dim=1, keepdim=True).expand(n, self.num_classes)
        distmat = (
            distmat + self.centers.pow(2).sum(dim=1, keepdim=True).expand(self.num_classes, n).t()
        )
        distmat = torch.addmm(distmat, x, self.centers.t(), beta=1, alpha=-2)
        classes = torch.arange(self.num_classes).long()
        labels = labels.unsqueeze(1).expand(n, self.num_classes)
        mask = labels.eq(classes.expand(n, self.num_classes))
        dist = distmat * mask.float()
        return dist.clamp(min=1e-12, max=1e12).sum() / n


def hard_triplet(inputs, targets, margin=0.3):
    n = inputs.size(0)
    dist = torch.pow(inputs, 2).sum(dim=1, keepdim=True).expand(n, n)
    dist = dist + dist.t()
    dist.addmm_(inputs, inputs.t(), beta=1, alpha=-2)
    dist = dist.clamp(min=1e-12).sqrt()
    mask = targets.expand(n, n).eq(targets.expand(n, n).t())
    dist_ap, dist_an = [], []
    for i in range(n):
        dist_ap.append(dist[i][mask[i]].max().unsqueeze(0))
        dist_an.append(dist[i][mask[i] == 0].min().unsqueeze(0))
    dist_ap, dist_an = torch.cat(dist_ap), torch.cat(dist_an)
    y = torch.ones_like(dist_an)
    return nn.MarginRankingLoss(margin=margin)(dist_an, dist_ap, y)


class ArcMargin(nn.Module):
    def __init__(self, inputs, outputs, s=30.0, m=0.50):
        super().__init__()
        self.s, self.m = s, m
        self.weight = nn.Parameter(torch.FloatTensor(outputs, inputs))
        nn.init.xavier_uniform_(self.weight)
        self.weight.data = torch.from_numpy(rng.randn(outputs, inputs))

    def forward(self, input, label):
        cosine = F.linear(F.normalize(input), F.normalize(self.weight))
        sine = torch.sqrt((1.0 - torch.pow(cosine, 2)).clamp(0, 1))
        phi = cosine * np.cos(self.m) - sine * np.sin(self.m)
        phi = torch.where(cosine > np.cos(np.pi - self.m), phi, cosine - np.sin(self.m) * self.m)
        one_hot = torch.zeros(cosine.size(), device=input.device)
        one_hot.scatter_(1, label.view(-1, 1).long(), 1)
        return ((one_hot * phi) + ((1.0 - one_hot) * cosine)) * self.s


labels = torch.LongTensor([0, 1, 2, 1, 0, 2])
a, b = t(6, 4), t(6, 4)
center, arc = CenterLoss(3, 4), ArcMargin(4, 3)
features = torch.stack([F.normalize(a, dim=1), F.normalize(b, dim=1)], dim=1)
c = t(2, 3, 2, 2)
losses = [
    loss_fn_kd(a, labels, b.detach()),
    info_nce_loss(torch.cat([a, b], 0), 6),
    nt_xent(a, b),
    sup_con(features, labels),
    FocalLoss(alpha=[0.2, 0.3, 0.5])(c, torch.arange(8).view(2, 2, 2) % 3),
    dice_coeff(torch.sigmoid(c[:, 0]), (c[:, 1] > 0).double()),
    center(a, labels),
    hard_triplet(b, labels),
    F.cross_entropy(arc(a, labels), labels),
    nn.CosineEmbeddingLoss(margin=0.1)(a, b, labels.sign() * 2 - 1),
    nn.TripletMarginLoss()(a, b, b.flip(0)),
    F.kl_div(F.log_softmax(a, 1), F.log_softmax(b, 1), log_target=True, reduction="sum"),
]
total = sum(losses)
total.backward()
RESULT = [l.item() for l in losses] + [
    v.grad.numpy() for v in (a, b, c, center.centers, arc.weight)
]
