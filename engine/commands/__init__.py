"""The commands of `ringfence` that the engine itself brings, one a file."""
