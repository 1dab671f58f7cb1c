// Hands bytes to the reader as a file.

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser takes the address when the click is handled; afterwards it only holds memory.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
