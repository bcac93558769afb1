// The signer's key that somebody has pinned in this browser; "" if nobody has. What a run says of its own
// signer is whatever a forger would say.

const name = "wood-key";

export const pinnedKey = (): string => localStorage.getItem(name) ?? "";

export function pin(key: string): void {
  if (key.trim() === "") localStorage.removeItem(name);
  else localStorage.setItem(name, key.trim());
}
