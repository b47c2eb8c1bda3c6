"""What the models of the supply chain share: sources, graphs, scores in time order, plots, files."""
