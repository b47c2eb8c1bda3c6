"""What the models of clinical risk share: learner, graph, scores, and the folder that is shipped."""
