// The second bundle: everything of core that the extension uses, loaded at first use.
export { resolveDataFolder } from '../core/dataFolder.ts';
