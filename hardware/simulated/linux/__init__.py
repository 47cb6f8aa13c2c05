"""The simulated key behind the Linux kernel: the whole operating system sees it as it sees a key from a drawer."""
