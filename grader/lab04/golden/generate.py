#!/usr/bin/env python3
"""generate.py: golden traces of lab 04, made by PyTorch's own torch.amp.GradScaler on the CPU.

Nothing that is built, tested or graded needs this script: its output lies beside it. To repeat it:

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python grader/lab04/golden/generate.py grader/lab04/golden

README.md beside it says what each file holds. The random numbers are CPython's
random.Random(seed), so the same Python and PyTorch give the same files.
"""

import platform
import random
import struct
import sys

import torch

STEPS = 10000

# Start of the scale, growth factor, backoff factor, growth interval, and how overflows come:
# ("rate", p) each step on its own, ("bursts", p_start, p_stay) in runs, ("long", clean, bad) alternating
# stretches of all clean and all bad steps of up to the given lengths.
TRACES = [
    (2.0**16, 2.0, 0.5, 2000, ("rate", 0.0)),
    (2.0**16, 2.0, 0.5, 2000, ("rate", 0.0004)),
    (2.0**16, 2.0, 0.5, 2000, ("rate", 0.003)),
    (2.0**16, 2.0, 0.5, 1000, ("bursts", 0.0008, 0.6)),
    (2.0**16, 2.0, 0.5, 500, ("rate", 0.0015)),
    (2.0**24, 2.0, 0.5, 200, ("rate", 0.01)),
    (2.0**10, 2.0, 0.5, 100, ("bursts", 0.005, 0.5)),
    (1.0, 2.0, 0.5, 50, ("rate", 0.02)),
    (65504.0, 2.0, 0.5, 20, ("rate", 0.05)),
    (2.0**16, 2.0, 0.5, 10, ("bursts", 0.008, 0.7)),
    (2.0**16, 2.0, 0.5, 3, ("long", 3000, 180)),  # up to FP32's end and down to subnormals and 0
    (2.0**16, 2.0, 0.5, 1, ("long", 2500, 330)),  # interval 1: every clean step grows
    (2.0**16, 2.0, 0.5, 2, ("long", 1800, 60)),
    (2.0**120, 2.0, 0.5, 5, ("rate", 0.03)),
    (2.0**-120, 2.0, 0.5, 40, ("rate", 0.03)),
    (2.0**16, 1.5, 0.7, 25, ("rate", 0.02)),
    (1000.0, 1.1, 0.9, 20, ("rate", 0.03)),
    (3.0, 1.001, 0.5, 9, ("rate", 0.0005)),
    (0.1, 4.0, 0.25, 60, ("rate", 0.02)),
    (3.0e38, 1.01, 0.99, 4, ("rate", 0.04)),
    (1e-38, 1.3, 0.3, 2, ("rate", 0.25)),
    (2.0**127, 2.0, 0.1, 7, ("bursts", 0.008, 0.3)),
    (12345.678, 3.0, 1.0 / 3.0, 33, ("rate", 0.03)),
    (2.0**-140, 1.9, 0.6, 12, ("rate", 0.02)),
]


def bits(x):
    """The FP32 code of a Python float that FP32 holds."""
    return struct.unpack("<I", struct.pack("<f", x))[0]


def overflows(rng, how):
    """found_inf of every step, as 0 and 1."""
    flags, bad = [], False
    while len(flags) < STEPS:
        if how[0] == "rate":
            flags.append(rng.random() < how[1])
        elif how[0] == "bursts":
            bad = rng.random() < (how[2] if bad else how[1])
            flags.append(bad)
        else:
            flags += [False] * rng.randint(how[1] // 2, how[1])
            flags += [True] * rng.randint(how[2] // 2, how[2])
    return [int(f) for f in flags[:STEPS]]


def packed(flags):
    """Step 1 is the highest bit of the first byte."""
    return int("".join(map(str, flags)), 2).to_bytes(len(flags) // 8, "big").hex()


class CountingSGD(torch.optim.SGD):
    """Plain SGD that counts its steps."""
    steps = 0

    def step(self, closure=None):
        self.steps += 1
        return super().step(closure)


def optimizer():
    """An optimizer with one parameter, whose gradient the caller sets."""
    weight = torch.nn.Parameter(torch.tensor([0.0]))
    return weight, CountingSGD([weight], lr=1.0)


def trace(rng, start, growth, backoff, interval, how):
    """Runs the real scaler: one optimizer, one gradient, STEPS times scale, step and update."""
    flags = overflows(rng, how)
    scaler = torch.amp.GradScaler("cpu", start, growth, backoff, interval)
    weight, sgd = optimizer()
    loss, changes, last = torch.tensor(1.0), [], None
    for step, bad in enumerate(flags, 1):
        scaler.scale(loss)
        weight.grad = torch.tensor([float("inf") if bad else 0.0])
        scaler.step(sgd)
        scaler.update()
        scale = bits(scaler.get_scale())
        if scale != last:
            changes.append((step, scale))
            last = scale
    tracker = scaler.state_dict()["_growth_tracker"]
    assert sgd.steps == STEPS - sum(flags)
    return packed(flags), tracker, changes


def write_traces(folder, note):
    with open(f"{folder}/traces.csv", "w") as out, open(f"{folder}/scales.csv", "w") as rows:
        for f in (out, rows):
            f.write(note)
        out.write("trace,start,growth_factor,backoff_factor,growth_interval,steps,"
                  "growth_tracker,found_inf\n")
        rows.write("trace,step,scale\n")
        for i, t in enumerate(TRACES):
            found, tracker, changes = trace(random.Random(1000 + i), *t)
            out.write(f"{i},{bits(t[0]):08x},{t[1]!r},{t[2]!r},{t[3]},{STEPS},{tracker},{found}\n")
            rows.writelines(f"{i},{step},{scale:08x}\n" for step, scale in changes)


SCALES = [2.0**16, 1.0, 1000.0, 0.1, 2.0**-100, 2.0**-127, 2.0**-128, 2.0**-149, 2.0**127, 3e38,
          12345.678, 0.0]
GRADS = [0.0, -0.0, 1.0, -3.0e38, 1e-38, 1e-44, 65504.0, 0.3, 1e30, float("inf"), -float("inf"),
         float("nan")]


def write_unscale(folder, note):
    """unscale_ of one gradient at a time: what came out and whether it was flagged."""
    rng = random.Random(7)
    with open(f"{folder}/unscale.csv", "w") as out:
        out.write(note + "scale,gradient,unscaled,found_inf\n")
        for scale in SCALES:
            more = [struct.unpack("<f", struct.pack("<I", rng.getrandbits(32)))[0] for _ in range(20)]
            for gradient in GRADS + more:
                scaler = torch.amp.GradScaler("cpu", scale)
                weight, sgd = optimizer()
                scaler.scale(torch.tensor(1.0))
                weight.grad = torch.tensor([gradient], dtype=torch.float32)
                before = weight.grad.clone()
                scaler.unscale_(sgd)
                found = sum(v.item() for v in scaler._found_inf_per_device(sgd).values())
                code = lambda t: t.view(torch.int32).item() & 0xFFFFFFFF
                out.write(f"{bits(scaler.get_scale()):08x},{code(before):08x},"
                          f"{code(weight.grad):08x},{int(found)}\n")


def attempt(call):
    """ok, or PyTorch's error in one word."""
    try:
        call()
        return "ok"
    except (RuntimeError, ValueError, AssertionError) as e:
        for text, word in (("already been called on this optimizer", "unscaled_twice"),
                           ("being called after step", "unscaled_after_step"),
                           ("step() has already been called", "stepped_twice"),
                           ("FP16 gradients", "fp16_gradients"),
                           ("No inf checks", "no_inf_checks")):
            if text in str(e):
                return word
        raise


def write_calls(folder, note):
    """Random calls on a scaler with two optimizers, in and out of order."""
    rng = random.Random(5)
    scaler = torch.amp.GradScaler("cpu", 2.0**16, 2.0, 0.5, 3)
    scaler.scale(torch.tensor(1.0))
    pair = [optimizer(), optimizer()]
    with open(f"{folder}/calls.csv", "w") as out:
        out.write(note + "call,optimizer,gradient,result,ran,unscaled,scale,growth_tracker\n")
        for _ in range(1000):
            call = rng.choices(["unscale", "step", "update", "set"], [3, 5, 4, 0.3])[0]
            which = rng.randrange(2)
            kind = rng.choices(["clean", "inf", "nan", "none", "fp16"], [8, 1, 1, 1, 0.7])[0]
            weight, sgd = pair[which]
            ran, unscaled = 0, 0
            if call in ("unscale", "step"):
                # A new gradient for each call, so that a call out of order shows what it did to it.
                value = {"clean": 1.0, "inf": float("inf"), "nan": float("nan")}.get(kind, 1.0)
                before = sgd.steps
                weight.data.zero_()
                weight.grad = None
                if kind == "fp16":
                    weight.data = weight.data.half()
                    weight.grad = torch.tensor([1.0], dtype=torch.float16)
                elif kind != "none":
                    weight.grad = torch.tensor([value])
                do = scaler.unscale_ if call == "unscale" else scaler.step
                result = attempt(lambda: do(sgd))
                ran = sgd.steps - before
                # -1: no gradient, or one that shows nothing (inf and NaN times anything stay)
                unscaled = int(weight.grad.item() != 1.0) if kind == "clean" and \
                    scaler.get_scale() != 1.0 else -1
                weight.data = weight.data.float()
                if weight.grad is not None and weight.grad.dtype == torch.float16:
                    weight.grad = None
            elif call == "update":
                which, kind = "", ""
                result = attempt(scaler.update)
            else:
                which, kind = "", ""
                result = attempt(lambda: scaler.update(2.0**12))
            state = scaler.state_dict()
            out.write(f"{call},{which},{kind},{result},{ran},{unscaled},{bits(state['scale']):08x},"
                      f"{state['_growth_tracker']}\n")


def main():
    folder = sys.argv[1]
    note = (f"# generate.py: PyTorch {torch.__version__} ({torch.version.git_version[:12]}), "
            f"torch.amp.GradScaler on the CPU, Python {platform.python_version()}\n")
    torch.set_num_threads(1)
    write_calls(folder, note)
    write_unscale(folder, note)
    write_traces(folder, note)


main()
