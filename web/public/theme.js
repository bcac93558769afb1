// The theme that was chosen, before anything is painted. A file of its own: no script stands inline.
try {
  const theme = localStorage.getItem("wood-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme holds.
}
