"""What those who run Todoke ask it: is it alive, is it ready, how is it doing."""
