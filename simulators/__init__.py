"""A city, wearers with lives, noise, faults, and scenarios whose alerts are known beforehand."""
