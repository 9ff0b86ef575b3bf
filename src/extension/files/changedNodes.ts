// What must be drawn anew after changes in the registry, by this window or another: no more than what changed.
import type { Interpreter } from '../../core/interpreter.ts';
import type { ChatSummary } from '../../core/registry/registry.ts';
import type { Node } from './nodes.ts';
import { pageSize, type TreeModel } from './treeModel.ts';

const looksSame = (one: ChatSummary, other: ChatSummary): boolean =>
  one.title === other.title &&
  one.messages === other.messages &&
  one.total_files === other.total_files &&
  one.updated_at === other.updated_at;

/**
 * The nodes that show something else than at a count of changes, themselves or below; brought up to date.
 * @returns `all` when chats came or changed their order
 */
export const changedNodes = ({ registry, user }: Interpreter, model: TreeModel, since: number): 'all' | Node[] => {
  const chats = new Set(registry.changedChats(user, since));
  if (chats.size === 0) {
    return [];
  }
  const page = registry.listChats(user, { most: pageSize });
  const order = model.chatOrder();
  if (page.length !== order.length || page.some(({ chat_id: id }, index) => id !== order[index])) {
    return 'all';
  }
  const changed: Node[] = [];
  for (const chat of page.filter(({ chat_id: id }) => chats.has(id))) {
    const node = model.find(`chat ${chat.chat_id}`);
    if (node?.kind === 'chat' && !looksSame(node.chat, chat)) {
      node.chat = chat;
      // VS Code asks for what is below it too, as far as that is open.
      changed.push(node);
    }
  }
  for (const message of registry.listWorkspaces({ user, changedAfter: since })) {
    const node = model.find(`message ${message.id}`);
    if (node?.kind === 'message') {
      node.message = message;
      changed.push(node);
    }
  }
  return changed;
};
