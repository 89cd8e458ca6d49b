"""MFCC and spectrogram in NumPy and SciPy, the way librosa computes them, as a peer of
bench/feature.c: clips of 4 s at 22,050 Hz, one thread. Prints name,value,unit,note in milliseconds
a clip."""
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded

import time

try:
    import numpy
    import scipy
    from scipy import fft
except ImportError:
    for name in ("mfcc", "stft-db"):
        print(f"feature.{name}.numpy,,ms,not installed (Debian: python3-scipy)")
    raise SystemExit(0)

RATE_HZ, SAMPLES, SECONDS = 22050, 88200, 1


def levels(power):
    """In dB, at most 80 below the largest."""
    db = 10 * numpy.log10(numpy.maximum(power, 1e-10))
    return numpy.maximum(db, db.max() - 80)


def power_spectrogram(x, frame, hop, window):
    padded = numpy.pad(x, frame // 2, mode="reflect")
    frames = numpy.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]
    spectrum = fft.rfft(frames * window, axis=1)
    return spectrum.real**2 + spectrum.imag**2


def to_mel(hz):
    return numpy.where(hz < 1000, hz * 3 / 200,
                       15 + 27 * numpy.log(numpy.maximum(hz, 1) / 1000) / numpy.log(6.4))


def to_hz(mel):
    return numpy.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def mel_bank(frame, bands):
    """Slaney's triangles of area 1, [bands][bins]."""
    bins = numpy.arange(frame // 2 + 1) * RATE_HZ / frame
    edges = to_hz(numpy.linspace(0, to_mel(numpy.float64(RATE_HZ / 2)), bands + 2))
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    triangles = numpy.maximum(0, numpy.minimum(rising, falling)) * 2 / (high - low)
    return triangles.astype(numpy.float32)


def hann(frame, length):
    x = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(frame) / length)
    return x.astype(numpy.float32)


def best_ms(call):
    least, begin = 1e9, time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        start = time.perf_counter()
        call()
        least = min(least, time.perf_counter() - start)
    return 1e3 * least


def main():
    noise = numpy.random.default_rng(1).standard_normal(SAMPLES)
    clip = (0.3 * numpy.sin(0.05 * numpy.arange(SAMPLES)) + 0.05 * noise).astype(numpy.float32)
    bank, wide, narrow = mel_bank(2048, 128), hann(2048, 2048), hann(1024, 1023)

    def mfcc():
        mel = power_spectrogram(clip, 2048, 512, wide) @ bank.T
        return fft.dct(levels(mel), axis=1, norm="ortho")[:, 1:25]

    def stft_db():
        return levels(power_spectrogram(clip, 1024, 256, narrow))

    note = f"NumPy {numpy.__version__}; SciPy {scipy.__version__}"
    print(f"feature.mfcc.numpy,{best_ms(mfcc):.3f},ms,{note}")
    print(f"feature.stft-db.numpy,{best_ms(stft_db):.3f},ms,{note}")


if __name__ == "__main__":
    main()
