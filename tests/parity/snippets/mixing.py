"""Mixup, CutMix, cutout and label smoothing with scatter_, in a loop with accuracy counted."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset

device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
use_cuda = torch.cuda.is_available()
torch.manual_seed(0)
torch.cuda.manual_seed_all(0)
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.deterministic = True
np.random.seed(0)
permutation = torch.tensor([2, 0, 3, 1])
best_acc = 0


class Pictures(Dataset):
    def __init__(self, n, transform=None):
        rng = np.random.RandomState(3)
        self.x = rng.rand(n, 8, 8, 3).astype(np.float32)
        self.y = rng.randint(0, 5, n)
        self.transform = transform

    def __len__(self):
        return len(self.x)

    def __getitem__(self, idx):
        if torch.is_tensor(idx):
            idx = idx.tolist()
        x = self.x[idx].transpose((2, 0, 1))
        if self.transform:
            x = self.transform(torch.from_numpy(x))
        return x, int(self.y[idx])


class Normalize(object):
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, tensor):
        tensor = tensor.clone()
        for t, m, s in zip(tensor, self.mean, self.std):
            t.sub_(m).div_(s)
        return tensor


class Cutout(object):
    def __init__(self, length):
        self.length = length

    def __call__(self, img):
        h, w = img.size(1), img.size(2)
        mask = np.ones((h, w), np.float32)
        mask[2 : 2 + self.length, 3 : 3 + self.length] = 0.0
        mask = torch.from_numpy(mask)
        mask = mask.expand_as(img)
        img *= mask
        return img


def rand_bbox(size, lam):
    W, H = size[2], size[3]
    cut_rat = np.sqrt(1.0 - lam)
    cut_w, cut_h = int(W * cut_rat), int(H * cut_rat)
    cx, cy = W // 2, H // 3
    bbx1 = np.clip(cx - cut_w // 2, 0, W)
    bby1 = np.clip(cy - cut_h // 2, 0, H)
    return bbx1, bby1, np.clip(cx + cut_w // 2, 0, W), np.clip(cy + cut_h // 2, 0, H)


class LabelSmoothingCrossEntropy(nn.Module):
    def __init__(self, classes, smoothing=0.1, dim=-1):
        super().__init__()
        self.confidence = 1.0 - smoothing
        self.smoothing = smoothing
        self.cls = classes
        self.dim = dim

    def forward(self, pred, target):
        pred = pred.log_softmax(dim=self.dim)
        with torch.no_grad():
            true_dist = torch.zeros_like(pred)
            true_dist.fill_(self.smoothing / (self.cls - 1))
            true_dist.scatter_(1, target.data.unsqueeze(1), self.confidence)
        return torch.mean(torch.sum(-true_dist * pred, dim=self.dim))


def nll_smooth(x, target, smoothing=0.1):
    logprobs = F.log_softmax(x, dim=-1)
    nll_loss = -logprobs.gather(dim=-1, index=target.unsqueeze(1))
    nll_loss = nll_loss.squeeze(1)
    return ((1.0 - smoothing) * nll_loss + smoothing * -logprobs.mean(dim=-1)).mean()


def mixup_criterion(criterion, pred, y_a, y_b, lam):
    return lam * criterion(pred, y_a) + (1 - lam) * criterion(pred, y_b)


def accuracy(output, target, topk=(1,)):
    with torch.no_grad():
        maxk = max(topk)
        batch_size = target.size(0)
        _, pred = output.topk(maxk, 1, True, True)
        pred = pred.t()
        correct = pred.eq(target.view(1, -1).expand_as(pred))
        res = []
        for k in topk:
            correct_k = correct[:k].reshape(-1).float().sum(0, keepdim=True)
            res.append(correct_k.mul_(100.0 / batch_size))
        return res


class AverageMeter(object):
    def __init__(self):
        self.reset()

    def reset(self):
        self.val = self.avg = self.sum = self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


def adjust_learning_rate(optimizer, epoch):
    lr = 0.1 * (0.5 ** (epoch // 2))
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr
    return lr


def transform(x):
    return Cutout(2)(Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))(x))


loader = DataLoader(
    Pictures(14, transform), batch_size=4, shuffle=False, num_workers=0, drop_last=True
)
net = nn.Sequential(
    nn.Conv2d(3, 6, 3, 2, 1), nn.BatchNorm2d(6), nn.ReLU(True), nn.Flatten(), nn.Linear(96, 5)
)
rng = np.random.RandomState(0)
for name, p in net.named_parameters():
    p.data = torch.from_numpy(rng.randn(*p.shape).astype("float32") * 0.3)
net = net.to(device)
if use_cuda:
    net = torch.nn.DataParallel(net)
criterions = [nn.CrossEntropyLoss().to(device), LabelSmoothingCrossEntropy(5), nll_smooth]
optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
scheduler = lr_scheduler.MultiStepLR(optimizer, milestones=[1, 2], gamma=0.1)
losses, top1, top3 = AverageMeter(), AverageMeter(), AverageMeter()
RESULT = []
for epoch in range(3):
    net.train()
    train_loss, correct, total = 0, 0, 0
    for batch_idx, (inputs, targets) in enumerate(loader):
        inputs, targets = inputs.to(device, non_blocking=True), targets.to(device)
        lam = 0.7
        if batch_idx == 0:
            inputs = lam * inputs + (1 - lam) * inputs[permutation, :]
        elif batch_idx == 1:
            bbx1, bby1, bbx2, bby2 = rand_bbox(inputs.size(), lam)
            inputs[:, :, bbx1:bbx2, bby1:bby2] = inputs[permutation, :, bbx1:bbx2, bby1:bby2]
            lam = 1 - ((bbx2 - bbx1) * (bby2 - bby1) / (inputs.size()[-1] * inputs.size()[-2]))
        targets_a, targets_b = targets, targets[permutation]
        outputs = net(inputs)
        loss = mixup_criterion(criterions[epoch], outputs, targets_a, targets_b, lam)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)
        optimizer.step()
        train_loss += loss.item()
        _, predicted = torch.max(outputs.data, 1)
        _, again = outputs.max(1)
        total += targets.size(0)
        correct += predicted.eq(targets.data).cpu().sum().item()
        correct += (
            lam * again.eq(targets_a).sum().float() + (1 - lam) * (again == targets_b).sum().item()
        )
        prec1, prec3 = accuracy(outputs.data, targets, topk=(1, 3))
        losses.update(loss.item(), inputs.size(0))
        top1.update(prec1[0], inputs.size(0))
        top3.update(prec3.item(), inputs.size(0))
    scheduler.step()
    if epoch == 1:
        adjust_learning_rate(optimizer, epoch)
    acc = 100.0 * correct / total
    if acc > best_acc:
        best_acc = float(acc)
    RESULT += [train_loss, float(acc), losses.avg, float(top1.avg), top3.avg]
    RESULT.append(optimizer.param_groups[0]["lr"])
RESULT += [p.detach().cpu().numpy() for p in net.parameters()]
RESULT += [best_acc, optimizer.state_dict()["state"][0]["momentum_buffer"].numpy()]
