/** Something to be disposed; `vscode.Disposable` is a class, of which an object literal is no instance. */
export interface DisposableLike {
  dispose(): void;
}
