// Loads an extension's bundle as VS Code's extension host does, activates it over an empty `vscode`, and prints as JSON how long that
// took, which files were loaded, and which connections were opened. Arguments: the bundle, a folder for its state.
'use strict';
const Module = require('node:module');
const net = require('node:net');
const { dirname } = require('node:path');

const [, , bundle, state] = process.argv;

/** Answers everything: called, constructed, or asked for a part, it is the same again. */
const anything = () => {
  const target = function () {};
  return new Proxy(target, {
    get: (_target, name) => {
      if (name === 'then') return undefined;
      if (name === Symbol.toPrimitive) return () => '';
      if (name === Symbol.iterator) return function* () {};
      return anything();
    },
    apply: () => anything(),
    construct: () => anything(),
  });
};

/** Settings have their defaults. A prototype, which bundlers keep when they copy a module's own names. */
const vscodeNames = new Proxy(
  {},
  {
    get: (_target, name) => {
      if (name === 'workspace') {
        const getConfiguration = () => ({ get: (_name, fallback) => fallback, inspect: () => undefined });
        return new Proxy({}, { get: (_t, part) => (part === 'getConfiguration' ? getConfiguration : anything()) });
      }
      return anything();
    },
  },
);
const vscode = Object.create(vscodeNames);
const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

const connections = [];
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  connections.push(String(args[0]?.host ?? args[0]?.path ?? args[0]));
  return connect.apply(this, args);
};

const memento = { get: (_key, fallback) => fallback, update: async () => {}, keys: () => [] };
const context = new Proxy(
  { subscriptions: [], workspaceState: memento, globalState: memento, extensionPath: dirname(dirname(bundle)) },
  {
    get: (given, name) => (name in given ? given[name] : name === 'globalStorageUri' ? { fsPath: state } : anything()),
  },
);

const start = performance.now();
const extension = require(bundle);
Promise.resolve(extension.activate(context)).then(() => {
  const milliseconds = performance.now() - start;
  // What activation leaves for later comes in the next moments, if it comes.
  setTimeout(() => {
    const loaded = Object.keys(require.cache).filter((path) => path.startsWith(dirname(bundle)));
    process.stdout.write(JSON.stringify({ milliseconds, loaded, connections }), () => process.exit(0));
  }, 300);
});
