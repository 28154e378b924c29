"""The tools: thin typed functions whose docstrings are what the model reads about them."""
