"""PyTorch on the CPU as a peer of bench/train.c: clips a second of the full-size tagging network
(513 x 128 inputs, batch 24), training and inference, on one and two threads. Prints
name,value,unit,note; without PyTorch it says so."""
import time

try:
    import torch
    from torch import nn
except ImportError:
    for threads in (1, 2):
        print(f"train.torch.{threads},,clips/s,not installed (Debian: python3-torch)")
        print(f"encode.torch.{threads},,clips/s,not installed (Debian: python3-torch)")
    raise SystemExit(0)

BATCH, CLASSES, SECONDS = 24, 50, 4


def block(inputs, outputs):
    return nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))


def network():
    channels = (1, 16, 32, 64, 128, 256, 256, 256)
    blocks = [block(a, b) for a, b in zip(channels, channels[1:])]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 256),
                         nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, CLASSES))


def best(step):
    """Seconds of the best step within the time."""
    step()
    least, begin = 1e9, time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        start = time.perf_counter()
        step()
        least = min(least, time.perf_counter() - start)
    return least


def measure(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = network()
    x = torch.rand(BATCH, 1, 513, 128) * 2 - 1
    tags = torch.randint(0, 2, (BATCH, CLASSES)).float()
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-7, amsgrad=True)
    loss = nn.BCEWithLogitsLoss()

    def train():
        adam.zero_grad()
        loss(net(x), tags).backward()
        adam.step()

    def infer():
        with torch.no_grad():
            net(x)

    s = "s" if threads > 1 else ""
    note = f"PyTorch {torch.__version__.split('+')[0]} on {threads} thread{s}"
    net.train()
    print(f"train.torch.{threads},{BATCH / best(train):.2f},clips/s,{note}")
    net.eval()
    print(f"encode.torch.{threads},{BATCH / best(infer):.2f},clips/s,{note}", flush=True)


for count in (1, 2):
    measure(count)
