"""Charts as SVG, drawn here: they use the page's letters and colours, print well, and weigh a few kilobytes."""
