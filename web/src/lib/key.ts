// The signer's key that somebody has pinned in this browser; "" if nobody has. What a run says of its own
// signer is whatever a forger would say.

const name = "wood-key";

export function pinnedKey(): string {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

export function pin(key: string): void {
  try {
    if (key.trim() === "") localStorage.removeItem(name);
    else localStorage.setItem(name, key.trim());
  } catch {
    // Not remembered, then.
  }
}
