"""What the panel shows, for every face: Slicer's module and the viewer in the browser.

Sections, words, rows and choices are plain data, recomputed from a study; no Qt, no trame, no
Slicer. A face draws them and hands back what a person chose. Research software, not a medical
device.
"""
