#!/usr/bin/env python3
"""Generates the CSV files beside this script, which lab 06's tests read.

Nobody needs Python to build, test or grade: run this only to make the files again.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6 ml_dtypes==0.6.0
    /tmp/venv/bin/python grader/lab06/golden/generate.py

It shares nothing with the workbook's C code. Scales are computed in numpy.float32, so that each
operation rounds as in FP32; casts are ml_dtypes'. All floats are written as the hex of their bits.

  delayed.csv  histories and scales by the rules of Transformer Engine's
               transformer_engine/common/recipe/delayed_scaling.cu (`kernel`; read at commit
               d0067d0da6cb). A row is one step of one trace: amax is put into slot 0, then history
               and scale are updated; the row holds both after that: history[1] (the oldest entry,
               slot 0 if the length is 1) and history[length - 1] (the newest).
  casts.csv    codes of ml_dtypes for both FP8 formats: each code's value, the middle between two
               neighbours, the FP32 numbers beside that middle, and the edges of the range.
  values.csv   the values of all codes.
  linear.csv   eight steps of a HYBRID linear layer: inputs by the formulas of `matrix`, products in
               float64 of what the codes mean.
  versions.csv with what all this was made.
"""
import platform
from pathlib import Path

import ml_dtypes
import numpy as np

HERE = Path(__file__).parent
F32 = np.float32
FORMATS = {"e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2}
FP8_MAX = {"e4m3": F32(448), "e5m2": F32(57344)}
FP32_MAX = np.finfo(F32).max


def bits(x):
    x = F32(x)
    return "7fc00000" if np.isnan(x) else f"{x.view(np.uint32):08x}"


def save(name, columns, rows):
    lines = [columns] + [",".join(str(field) for field in row) for row in rows]
    (HERE / name).write_text("\n".join(lines) + "\n")


# --- delayed scaling -------------------------------------------------------------------------


def next_state(history, scale, algorithm, fmt, margin):
    """One update: (rolled history, new scale)."""
    rolled = np.roll(history, -1)  # the running slot 0 becomes the last
    if algorithm == "max":
        amax = np.fmax.reduce(rolled, initial=F32(0))  # as fmaxf: numbers win against NaN
    else:
        amax = history[0]
    scaled_max = FP8_MAX[fmt] * F32(2.0) ** F32(-margin)
    new = scaled_max / amax if np.isfinite(amax) and amax > 0 else scale
    if np.isinf(new):
        new = FP32_MAX
    rolled[0] = 0
    return rolled, F32(new)


def draw_amaxes(rng, steps, wild):
    """A wandering amax; `wild` is the share of special ones."""
    level = np.exp2(np.cumsum(rng.normal(0, 0.7, steps)) + rng.integers(-12, 6))
    amaxes = (level * rng.uniform(0.5, 1.5, steps)).astype(F32)
    specials = [
        lambda: F32(0),
        lambda: F32(np.inf),
        lambda: F32(np.nan),
        lambda: F32(rng.uniform(1e-45, 1.5e-36)),  # around where 448 / amax overflows
        lambda: F32(rng.uniform(1e-36, 2e-34)),  # around where 57344 / amax does
        lambda: F32(rng.uniform(1e3, 1e6)),  # an outlier
    ]
    for i in range(steps):
        if rng.random() < wild:
            amaxes[i] = specials[rng.integers(len(specials))]()
    return amaxes


def delayed():
    rng = np.random.default_rng(6)
    plans = []
    for length in (1, 2, 3, 5, 16):
        for algorithm in ("max", "most_recent"):
            for fmt in ("e4m3", "e5m2"):
                margin = int(rng.choice([0, 0, 1, 2, -1, 4]))
                plans.append((length, margin, algorithm, fmt, 90, 0.3 if length < 4 else 0.08))
    plans.append((4, 0, "max", "e4m3", 90, 1.0))  # nothing but special amaxes
    plans.append((4, 0, "most_recent", "e5m2", 90, 1.0))
    plans.append((1024, 0, "max", "e4m3", 1100, 0.0))  # the default; the first amax rolls out
    rows = []
    for trace, (length, margin, algorithm, fmt, steps, wild) in enumerate(plans):
        history, scale = np.zeros(length, F32), F32(1)
        for amax in draw_amaxes(rng, steps, wild):
            history[0] = amax
            history, scale = next_state(history, scale, algorithm, fmt, margin)
            rows.append((trace, length, margin, algorithm, fmt, bits(amax), bits(scale),
                         bits(history[min(1, length - 1)]), bits(history[-1])))
    save("delayed.csv", "trace,length,margin,algorithm,kind,amax,scale,oldest,newest", rows)


# --- casts -----------------------------------------------------------------------------------


def code(x, fmt):
    return int(np.array([x], F32).astype(FORMATS[fmt]).view(np.uint8)[0])


def value(c, fmt):
    return np.array([c], np.uint8).view(FORMATS[fmt]).astype(F32)[0]


def casts():
    rows, values = [], []
    edges = {
        "e4m3": [448.0001, 464, 464.0001, 465, 480, 1e9, np.inf, np.nan],
        "e5m2": [57345, 61439.996, 61440, 61440.004, 65536, 1e9, np.inf, np.nan],
    }
    for fmt, largest in (("e4m3", 0x7E), ("e5m2", 0x7B)):
        inputs = [value(c, fmt) for c in range(largest + 1)]
        for low, high in zip(inputs[:-1], inputs[1:]):
            middle = F32((float(low) + float(high)) / 2)
            inputs = inputs + [np.nextafter(middle, F32(0)), middle,
                               np.nextafter(middle, F32(np.inf))]
        inputs += [F32(x) for x in edges[fmt]]
        for x in sorted(inputs, key=lambda x: (np.isnan(x), x)):
            for signed in (x, -x):
                # a NaN keeps its sign here
                rows.append((fmt, f"{F32(signed).view(np.uint32):08x}", f"{code(signed, fmt):02x}"))
        values += [(fmt, f"{c:02x}", bits(value(c, fmt))) for c in range(256)]
    save("casts.csv", "kind,input,code", rows)
    save("values.csv", "kind,code,value", values)


# --- a linear layer --------------------------------------------------------------------------

ROWS, IN, OUT, LENGTH, STEPS = 5, 7, 3, 3, 8


def matrix(rows, cols, step, size, salt):
    """Multiples of size / 16; grows and shrinks with the step."""
    i = np.arange(rows * cols)
    numbers = ((i * 37 + step * 11 + salt * 5) % 101 - 50) / 16
    return (numbers * size * 2.0 ** ((step * 3) % 5)).astype(F32).reshape(rows, cols)


class Meta:
    def __init__(self, fmt):
        self.fmt, self.history, self.scale = fmt, np.zeros(LENGTH, F32), F32(1)

    def quantize(self, x):
        """What the codes mean; saturating, as Transformer Engine casts."""
        self.history[0] = np.fmax(self.history[0], np.fmax.reduce(np.abs(x), axis=None))
        scaled = np.clip(x * self.scale, -FP8_MAX[self.fmt], FP8_MAX[self.fmt])
        return scaled.astype(FORMATS[self.fmt]).astype(np.float64) / np.float64(self.scale)

    def update(self):
        self.history, self.scale = next_state(self.history, self.scale, "max", self.fmt, 0)


def linear():
    x, w, dy = Meta("e4m3"), Meta("e4m3"), Meta("e5m2")
    rows = []
    for step in range(STEPS):
        x_meant = x.quantize(matrix(ROWS, IN, step, 1.0, 1))
        w_meant = w.quantize(matrix(IN, OUT, step, 0.01, 2))
        dy_meant = dy.quantize(matrix(ROWS, OUT, step, 1e-6, 3))
        results = {
            "y": x_meant @ w_meant,
            "dx": dy_meant @ w_meant.T,
            "dw": x_meant.T @ dy_meant,
        }
        for meta in (x, w, dy):
            meta.update()
        results["scales"] = np.array([x.scale, w.scale, dy.scale])
        for name, values in results.items():
            rows += [(step, name, i, bits(v)) for i, v in enumerate(values.ravel())]
    save("linear.csv", "step,name,index,value", rows)


with np.errstate(all="ignore"):
    delayed()
    casts()
    linear()
save("versions.csv", "what,version", [
    ("python", platform.python_version()),
    ("numpy", np.__version__),
    ("ml_dtypes", ml_dtypes.__version__),
    ("TransformerEngine (rules read at)", "d0067d0da6cb"),
])
