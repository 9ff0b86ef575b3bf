// The file that `code-interpreter` starts. It runs on an old Node too, only to say that it needs a newer one.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 13)) {
  await import('./main.ts');
} else {
  process.stderr.write(
    `code-interpreter needs Node.js 22.13 or newer, and this is Node.js ${process.versions.node}. Please install a newer one and try again.\n`,
  );
  process.exitCode = 2;
}
