// The ways in which VS Code is started for the host tests. Each folder below test/host/ holds tests for one or more of them.

export interface Profile {
  readonly name: string;
  /** The folders of its tests. */
  readonly folders: readonly string[];
  /** Whether the folder is trusted from the start; else VS Code opens it in Restricted Mode. */
  readonly trusted: boolean;
  /** Goes on with the data, settings and browser storage of the profile before it: what a reload or a restart keeps. */
  readonly continues: boolean;
}

export const profiles: readonly Profile[] = [
  { name: 'trusted', folders: ['everywhere', 'trusted'], trusted: true, continues: false },
  { name: 'reopened', folders: ['reopened'], trusted: true, continues: true },
  { name: 'pictures', folders: ['pictures'], trusted: true, continues: false },
  { name: 'restricted', folders: ['restricted'], trusted: false, continues: false },
];
