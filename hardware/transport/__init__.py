"""Ways to a key: USB through hidapi, and UDP for simulators."""
