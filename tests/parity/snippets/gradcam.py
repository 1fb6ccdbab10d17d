"""Grad-CAM and guided backpropagation by hooks; feature extraction from the middle of a model."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Function, Variable


class GradCAM:
    def __init__(self, model, layer):
        self.model = model.eval()
        self.activations, self.gradients = None, None
        self.handles = [
            layer.register_forward_hook(self.save_activation),
            layer.register_full_backward_hook(self.save_gradient),
        ]

    def save_activation(self, module, input, output):
        self.activations = output.detach()

    def save_gradient(self, module, grad_input, grad_output):
        self.gradients = grad_output[0].detach()

    def __call__(self, x, index=None):
        output = self.model(x)
        if index is None:
            index = np.argmax(output.cpu().data.numpy(), axis=-1)
        one_hot = np.zeros((x.shape[0], output.size()[-1]), dtype=np.float32)
        one_hot[np.arange(x.shape[0]), index] = 1
        one_hot = torch.from_numpy(one_hot).requires_grad_(True)
        one_hot = torch.sum(one_hot * output)
        self.model.zero_grad()
        one_hot.backward(retain_graph=True)
        weights = F.adaptive_avg_pool2d(self.gradients, 1)
        cam = F.relu((weights * self.activations).sum(1, keepdim=True))
        cam = F.interpolate(cam, x.shape[2:], mode="bilinear", align_corners=False)
        cam -= cam.min()
        cam /= cam.max()
        return cam

    def release(self):
        for handle in self.handles:
            handle.remove()


class GuidedReLU(Function):
    @staticmethod
    def forward(ctx, input_img):
        positive_mask = (input_img > 0).type_as(input_img)
        output = torch.addcmul(
            torch.zeros(input_img.size()).type_as(input_img), input_img, positive_mask
        )
        ctx.save_for_backward(input_img, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input_img, output = ctx.saved_tensors
        mask_1 = (input_img > 0).type_as(grad_output)
        mask_2 = (grad_output > 0).type_as(grad_output)
        zeros = torch.zeros(input_img.size()).type_as(input_img)
        return torch.addcmul(zeros, torch.addcmul(zeros, grad_output, mask_1), mask_2)


class GuidedModule(nn.Module):
    def forward(self, x):
        return GuidedReLU.apply(x)


def replace(module):
    for idx, child in module._modules.items():
        replace(child)
        if child.__class__.__name__ == "ReLU":
            module._modules[idx] = GuidedModule()


rng = np.random.RandomState(0)
model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 5))
for p in model.parameters():
    p.data.copy_(torch.from_numpy(rng.randn(*p.shape).astype("float32") * 0.3))
x = Variable(torch.from_numpy(rng.randn(2, 3, 8, 8).astype("float32")), requires_grad=True)
cam = GradCAM(model, model[0])
RESULT = [cam(x).numpy(), cam(x, [1, 2]).numpy()]
cam.release()
x.grad.zero_()
replace(model)
model(x)[:, 2].sum().backward()
RESULT.append(x.grad.data.cpu().numpy())
submodel = nn.Sequential(*list(model.children())[:-1])
RESULT.append(submodel(x).detach().numpy())
features = {}
for name, module in model._modules.items():
    x = module(x)
    features["layer_" + name] = x
RESULT += [v.data.numpy() for k, v in sorted(features.items())]
