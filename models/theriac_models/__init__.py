"""Trains Theriac's models and writes what the oracle runs: graph, manifest, golden rows, card."""
