"""Boxes: IoU, priors, matching, the SSD and YOLO losses, decoding and suppression."""

from itertools import product as product
from math import sqrt

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def point_form(boxes):
    return torch.cat((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1)


def intersect(box_a, box_b):
    A, B = box_a.size(0), box_b.size(0)
    max_xy = torch.min(
        box_a[:, 2:].unsqueeze(1).expand(A, B, 2), box_b[:, 2:].unsqueeze(0).expand(A, B, 2)
    )
    min_xy = torch.max(
        box_a[:, :2].unsqueeze(1).expand(A, B, 2), box_b[:, :2].unsqueeze(0).expand(A, B, 2)
    )
    inter = torch.clamp((max_xy - min_xy), min=0)
    return inter[:, :, 0] * inter[:, :, 1]


def jaccard(box_a, box_b):
    inter = intersect(box_a, box_b)
    area_a = (
        ((box_a[:, 2] - box_a[:, 0]) * (box_a[:, 3] - box_a[:, 1])).unsqueeze(1).expand_as(inter)
    )
    area_b = (
        ((box_b[:, 2] - box_b[:, 0]) * (box_b[:, 3] - box_b[:, 1])).unsqueeze(0).expand_as(inter)
    )
    return inter / (area_a + area_b - inter)


def prior_boxes(f=4):
    mean = []
    for i, j in product(range(f), repeat=2):
        cx, cy = (j + 0.5) / f, (i + 0.5) / f
        mean += [cx, cy, 0.3, 0.3]
        mean += [cx, cy, 0.3 * sqrt(2), 0.3 / sqrt(2)]
    output = torch.Tensor(mean).view(-1, 4)
    output.clamp_(max=1, min=0)
    return output


def encode(matched, priors, variances):
    g_cxcy = (matched[:, :2] + matched[:, 2:]) / 2 - priors[:, :2]
    g_cxcy /= variances[0] * priors[:, 2:]
    g_wh = (matched[:, 2:] - matched[:, :2]) / priors[:, 2:]
    g_wh = torch.log(g_wh) / variances[1]
    return torch.cat([g_cxcy, g_wh], 1)


def decode(loc, priors, variances):
    boxes = torch.cat(
        (
            priors[:, :2] + loc[:, :2] * variances[0] * priors[:, 2:],
            priors[:, 2:] * torch.exp(loc[:, 2:] * variances[1]),
        ),
        1,
    )
    boxes[:, :2] -= boxes[:, 2:] / 2
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def match(threshold, truths, priors, variances, labels, loc_t, conf_t, idx):
    overlaps = jaccard(truths, point_form(priors))
    best_prior_overlap, best_prior_idx = overlaps.max(1, keepdim=True)
    best_truth_overlap, best_truth_idx = overlaps.max(0, keepdim=True)
    best_truth_idx.squeeze_(0)
    best_truth_overlap.squeeze_(0)
    best_prior_idx.squeeze_(1)
    best_prior_overlap.squeeze_(1)
    best_truth_overlap.index_fill_(0, best_prior_idx, 2)
    for j in range(best_prior_idx.size(0)):
        best_truth_idx[best_prior_idx[j]] = j
    matches = truths[best_truth_idx]
    conf = labels[best_truth_idx] + 1
    conf[best_truth_overlap < threshold] = 0
    loc = encode(matches, priors, variances)
    loc_t[idx] = loc
    conf_t[idx] = conf


def log_sum_exp(x):
    x_max = x.data.max()
    return torch.log(torch.sum(torch.exp(x - x_max), 1, keepdim=True)) + x_max


def multibox_loss(loc_data, conf_data, loc_t, conf_t, num_classes, negpos_ratio=3):
    num = loc_data.size(0)
    pos = conf_t > 0
    pos_idx = pos.unsqueeze(pos.dim()).expand_as(loc_data)
    loc_p = loc_data[pos_idx].view(-1, 4)
    loc_t = loc_t[pos_idx].view(-1, 4)
    loss_l = F.smooth_l1_loss(loc_p, loc_t, reduction="sum")
    batch_conf = conf_data.view(-1, num_classes)
    loss_c = log_sum_exp(batch_conf) - batch_conf.gather(1, conf_t.view(-1, 1))
    loss_c = loss_c.view(num, -1)
    loss_c[pos] = 0
    _, loss_idx = loss_c.sort(1, descending=True)
    _, idx_rank = loss_idx.sort(1)
    num_pos = pos.long().sum(1, keepdim=True)
    num_neg = torch.clamp(negpos_ratio * num_pos, max=pos.size(1) - 1)
    neg = idx_rank < num_neg.expand_as(idx_rank)
    pos_idx = pos.unsqueeze(2).expand_as(conf_data)
    neg_idx = neg.unsqueeze(2).expand_as(conf_data)
    conf_p = conf_data[(pos_idx + neg_idx).gt(0)].view(-1, num_classes)
    targets_weighted = conf_t[(pos + neg).gt(0)]
    loss_c = F.cross_entropy(conf_p, targets_weighted, reduction="sum")
    N = num_pos.data.sum()
    return loss_l / N, loss_c / N


def nms(boxes, scores, overlap=0.5, top_k=200):
    keep = scores.new(scores.size(0)).zero_().long()
    if boxes.numel() == 0:
        return keep
    x1, y1, x2, y2 = boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    area = torch.mul(x2 - x1, y2 - y1)
    v, idx = scores.sort(0)
    idx = idx[-top_k:]
    count = 0
    while idx.numel() > 0:
        i = idx[-1]
        keep[count] = i
        count += 1
        if idx.size(0) == 1:
            break
        idx = idx[:-1]
        xx1 = torch.clamp(torch.index_select(x1, 0, idx), min=x1[i].item())
        yy1 = torch.clamp(torch.index_select(y1, 0, idx), min=y1[i].item())
        xx2 = torch.clamp(torch.index_select(x2, 0, idx), max=x2[i].item())
        yy2 = torch.clamp(torch.index_select(y2, 0, idx), max=y2[i].item())
        w = torch.clamp(xx2 - xx1, min=0.0)
        h = torch.clamp(yy2 - yy1, min=0.0)
        inter = w * h
        rem_areas = torch.index_select(area, 0, idx)
        IoU = inter / ((rem_areas - inter) + area[i])
        idx = idx[IoU.le(overlap)]
    return keep, count


def yolo_layer(x, anchors, num_classes, stride, targets):
    nA, nB, nG = len(anchors), x.size(0), x.size(2)
    FloatTensor = torch.cuda.FloatTensor if x.is_cuda else torch.FloatTensor
    prediction = x.view(nB, nA, num_classes + 5, nG, nG).permute(0, 1, 3, 4, 2).contiguous()
    px, py = torch.sigmoid(prediction[..., 0]), torch.sigmoid(prediction[..., 1])
    w, h = prediction[..., 2], prediction[..., 3]
    pred_conf = torch.sigmoid(prediction[..., 4])
    pred_cls = torch.sigmoid(prediction[..., 5:])
    grid_x = torch.arange(nG).repeat(nG, 1).view([1, 1, nG, nG]).type(FloatTensor)
    grid_y = torch.arange(nG).repeat(nG, 1).t().view([1, 1, nG, nG]).type(FloatTensor)
    scaled = FloatTensor([(a_w / stride, a_h / stride) for a_w, a_h in anchors])
    anchor_w = scaled[:, 0:1].view((1, nA, 1, 1))
    anchor_h = scaled[:, 1:2].view((1, nA, 1, 1))
    boxes = FloatTensor(prediction[..., :4].size())
    boxes[..., 0] = px.data + grid_x
    boxes[..., 1] = py.data + grid_y
    boxes[..., 2] = torch.exp(w.data) * anchor_w
    boxes[..., 3] = torch.exp(h.data) * anchor_h
    output = torch.cat(
        (
            boxes.view(nB, -1, 4) * stride,
            pred_conf.view(nB, -1, 1),
            pred_cls.view(nB, -1, num_classes),
        ),
        -1,
    )
    obj_mask = torch.zeros(nB, nA, nG, nG, dtype=torch.bool)
    tcls = FloatTensor(nB, nA, nG, nG, num_classes).fill_(0)
    tx = FloatTensor(nB, nA, nG, nG).fill_(0)
    b, labels = targets[:, :2].long().t()
    gxy = targets[:, 2:4] * nG
    gi, gj = gxy.long().t()
    best_n = torch.tensor([0, 1, 1])
    obj_mask[b, best_n, gj, gi] = 1
    tx[b, best_n, gj, gi] = gxy[:, 0] - gxy[:, 0].floor()
    tcls[b, best_n, gj, gi, labels] = 1
    loss = nn.MSELoss()(px[obj_mask], tx[obj_mask])
    loss = loss + nn.BCELoss()(pred_conf[obj_mask], obj_mask.float()[obj_mask])
    loss += nn.BCELoss()(pred_conf[~obj_mask], torch.zeros_like(pred_conf)[~obj_mask])
    loss += nn.functional.binary_cross_entropy(pred_cls[obj_mask], tcls[obj_mask])
    return output, loss


rng = np.random.RandomState(0)
priors = prior_boxes()
loc_data = torch.tensor(rng.randn(2, 32, 4) * 0.3, dtype=torch.float32, requires_grad=True)
conf_data = torch.tensor(rng.randn(2, 32, 4), dtype=torch.float32, requires_grad=True)
loc_t, conf_t = torch.Tensor(2, 32, 4), torch.LongTensor(2, 32)
truth = [[[0.1, 0.1, 0.4, 0.5], [0.5, 0.5, 0.9, 0.8]], [[0.3, 0.2, 0.7, 0.6]]]
for idx, boxes in enumerate(truth):
    labels = torch.arange(len(boxes))
    match(0.5, torch.tensor(boxes), priors, [0.1, 0.2], labels, loc_t, conf_t, idx)
loss_l, loss_c = multibox_loss(loc_data, conf_data, loc_t, conf_t, 4)
(loss_l + loss_c).backward()
RESULT = [
    loss_l.item(),
    loss_c.item(),
    loc_t.numpy(),
    conf_t.numpy(),
    loc_data.grad.numpy(),
    conf_data.grad.numpy(),
]
decoded = decode(loc_data[0].data, priors, [0.1, 0.2])
scores = F.softmax(conf_data[0], dim=-1)[:, 1].detach()
c_mask = scores.gt(0.2)
l_mask = c_mask.unsqueeze(1).expand_as(decoded)
keep, count = nms(decoded[l_mask].view(-1, 4), scores[c_mask], 0.45)
RESULT += [decoded.numpy(), keep[:count].numpy()]
x = torch.tensor(rng.randn(2, 2 * 8, 4, 4).astype(np.float32), requires_grad=True)
targets = torch.tensor(
    [[0, 1, 0.3, 0.6, 0.2, 0.2], [1, 2, 0.8, 0.1, 0.3, 0.1], [1, 0, 0.45, 0.5, 0.1, 0.1]]
)
output, loss = yolo_layer(x, [(10, 13), (16, 30)], 3, 8, targets)
loss.backward()
RESULT += [output.detach().numpy(), loss.item(), x.grad.numpy()]
conf_mask = (output[:, :, 4] > 0.5).float().unsqueeze(2)
RESULT.append((output * conf_mask).detach().numpy())
nonzero = torch.nonzero(output[0, :, 4] > 0.5)
RESULT.append(output[0][nonzero.squeeze(), :].view(-1, 8).data.numpy())
