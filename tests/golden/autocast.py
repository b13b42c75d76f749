"""Asks PyTorch which dtype its autocast gives each operation, and writes autocast.csv.

    python3 autocast.py >autocast.csv         (PyTorch from PyPI; no GPU is needed)

CUDA's lists are asked with fake tensors: they go through the dispatcher, autocast included, and
compute nothing. Nobody needs this script to build, test or grade: the CSV is kept.
"""
import warnings

import torch
import torch.nn.functional as F
from torch._subclasses.fake_tensor import FakeTensorMode

warnings.filterwarnings("ignore")
H, S, D = torch.float16, torch.float32, torch.float64


def operations(device, low):
    """name -> (dtypes of the inputs, call)."""
    def t(*shape, dtype):
        return torch.ones(*shape, device=device, dtype=dtype)

    def one(call, *shape):
        return lambda a: call(t(*shape, dtype=a))

    def two(call, first, second):
        return lambda a, b: call(t(*first, dtype=a), t(*second, dtype=b))

    index = lambda *v: torch.tensor(v, device=device)
    m, v = (4, 4), (4,)
    ops = {
        # matrix products and what is made of them; from FP32
        "mm": ((S,), one(lambda x: torch.mm(x, x), *m)),
        "mv": ((S,), one(lambda x: torch.mv(x, x[0]), *m)),
        "matmul": ((S,), one(lambda x: torch.matmul(x, x), *m)),
        "bmm": ((S,), one(lambda x: torch.bmm(x, x), 2, 4, 4)),
        "baddbmm": ((S,), one(lambda x: torch.baddbmm(x, x, x), 2, 4, 4)),
        "addbmm": ((S,), one(lambda x: torch.addbmm(x[0], x, x), 2, 4, 4)),
        "addmm": ((S,), one(lambda x: torch.addmm(x, x, x), *m)),
        "addmv": ((S,), one(lambda x: torch.addmv(x[0], x, x[0]), *m)),
        "addr": ((S,), one(lambda x: torch.addr(x, x[0], x[0]), *m)),
        "einsum": ((S,), one(lambda x: torch.einsum("ij,jk->ik", x, x), *m)),
        "linear": ((S,), one(lambda x: F.linear(x, x), *m)),
        "conv1d": ((S,), one(lambda x: F.conv1d(x, x), 2, 2, 2)),
        "conv2d": ((S,), one(lambda x: F.conv2d(x, x), 2, 2, 2, 2)),
        "conv3d": ((S,), one(lambda x: F.conv3d(x, x), 2, 2, 2, 2, 2)),
        "prelu": ((S,), one(lambda x: torch.prelu(x, x[0, :1]), *m)),
        "scaled_dot_product_attention": (
            (S,), one(lambda x: F.scaled_dot_product_attention(x, x, x), 1, 2, 4, 8)),
        "rnn_tanh_cell": ((S,), one(lambda x: torch.rnn_tanh_cell(x, x, x, x), *m)),
        # exponentials, roots, norms, losses, sums; from the low dtype
        **{name: ((low,), one(getattr(torch, name), *m)) for name in (
            "exp", "expm1", "log", "log10", "log2", "log1p", "rsqrt", "reciprocal", "sum", "prod")},
        "pow": ((low,), one(lambda x: torch.pow(x, 2), *m)),
        "softplus": ((low,), one(F.softplus, *m)),
        "layer_norm": ((low,), one(lambda x: F.layer_norm(x, (4,)), *m)),
        "group_norm": ((low,), one(lambda x: F.group_norm(x, 2), *m)),
        "mse_loss": ((low,), one(lambda x: F.mse_loss(x, x), *m)),
        "l1_loss": ((low,), one(lambda x: F.l1_loss(x, x), *m)),
        "nll_loss": ((low,), one(lambda x: F.nll_loss(x, index(0, 1, 2, 3)), *m)),
        "cdist": ((low,), one(lambda x: torch.cdist(x, x), *m)),
        "cosine_similarity": ((low,), one(lambda x: F.cosine_similarity(x, x), *m)),
        "logsumexp": ((low,), one(lambda x: torch.logsumexp(x, 0), *m)),
        "upsample_nearest2d": ((low,), one(lambda x: F.interpolate(x, scale_factor=2), 1, 1, 2, 2)),
        "softmax": ((low,), one(lambda x: torch.softmax(x, 0), *m)),
        "log_softmax": ((low,), one(lambda x: torch.log_softmax(x, 0), *m)),
        "cumsum": ((low,), one(lambda x: torch.cumsum(x, 0), *m)),
        "cumprod": ((low,), one(lambda x: torch.cumprod(x, 0), *m)),
        "norm": ((low,), one(lambda x: torch.norm(x), *m)),
        # the widest of two
        "addcdiv": ((low, S), two(lambda x, y: torch.addcdiv(x, y, y), m, m)),
        "addcmul": ((low, S), two(lambda x, y: torch.addcmul(x, y, y), m, m)),
        "atan2": ((low, S), two(torch.atan2, m, m)),
        "bilinear": ((low, S), two(lambda x, y: F.bilinear(x, x, y), m, (4, 4, 4))),
        "cross": ((low, S), two(lambda x, y: torch.cross(x, y, dim=1), (4, 3), (4, 3))),
        "dot": ((low, S), two(torch.dot, v, v)),
        "grid_sample": ((low, S), two(
            lambda x, y: F.grid_sample(x, y, align_corners=False), (1, 1, 4, 4), (1, 4, 4, 2))),
        "index_put": ((low, S), two(lambda x, y: torch.index_put(x, (index(0),), y[0]), m, m)),
        "tensordot": ((low, S), two(lambda x, y: torch.tensordot(x, y, 1), m, m)),
        "scatter_add": ((low, S), two(
            lambda x, y: torch.scatter_add(x, 0, torch.zeros(4, dtype=torch.long, device=device), y),
            v, v)),
        "cat": ((low, S), two(lambda x, y: torch.cat([x, y]), m, m)),
        "stack": ((low, S), two(lambda x, y: torch.stack([x, y]), m, m)),
        "index_copy": ((low, S), two(lambda x, y: torch.index_copy(x, 0, index(0), y[:1]), m, m)),
        # on no list
        "mean": ((low,), one(torch.mean, *m)),
        "embedding": ((low,), one(lambda x: F.embedding(index(0), x), *m)),
        "add": ((low,), one(lambda x: x + x, *m)),
        "relu": ((S,), one(torch.relu, *m)),
        # passed by
        "mm of float64": ((D,), one(lambda x: torch.mm(x, x), *m)),
        "softmax with a dtype": ((low,), one(lambda x: torch.softmax(x, 0, dtype=low), *m)),
        "sum with a dtype": ((low,), one(lambda x: torch.sum(x, dtype=low), *m)),
        "mm with out=": ((S,), one(lambda x: torch.mm(x, x, out=torch.empty_like(x)), *m)),
        "exp in place": ((low,), one(lambda x: x.exp_(), *m)),
    }
    return ops


def ask(device, low):
    torch.set_autocast_enabled(device, True)
    torch.set_autocast_dtype(device, low)
    for name, (inputs, call) in operations(device, low).items():
        try:
            out = str(call(*inputs).dtype)
        except Exception as e:  # an operation may refuse; that is an answer too
            out = "error"
        names = [str(i).replace("torch.", "") for i in inputs]
        print(f"{device},{name},{' '.join(names)},{out.replace('torch.', '')}")
    torch.set_autocast_enabled(device, False)


if __name__ == "__main__":
    print(f"# PyTorch {torch.__version__}, autocast; made by tests/golden/autocast.py")
    print("device,operation,inputs,output")
    with FakeTensorMode():
        ask("cuda", torch.float16)
    ask("cpu", torch.bfloat16)
