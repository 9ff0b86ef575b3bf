// The command line's entry: small enough to run on any Node.js, so that an old one gets a sentence and not a stack trace.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`code-interpreter needs Node.js 22.13 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  const { runCommandLine } = await import('./commandLine.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
