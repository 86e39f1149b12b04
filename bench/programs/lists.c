/* Integers and pointers: linked lists, sorted by merging, reversed, searched. */
#include "common.h"

struct node {
  struct node *next;
  u32 key, value;
};
static struct node nodes[20000];

static struct node *merge(struct node *a, struct node *b) {
  struct node head, *tail = &head;
  while (a && b) {
    if (a->key <= b->key) {
      tail->next = a;
      a = a->next;
    } else {
      tail->next = b;
      b = b->next;
    }
    tail = tail->next;
  }
  tail->next = a ? a : b;
  return head.next;
}

static struct node *sort(struct node *list) {
  if (!list || !list->next) return list;
  struct node *slow = list, *fast = list->next;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
  }
  struct node *second = slow->next;
  slow->next = 0;
  return merge(sort(list), sort(second));
}

EXPORT u32 run(void) {
  seed = 1;
  u32 sum = 0;
  const u32 count = sizeof nodes / sizeof *nodes;
  for (int round = 0; round < 36; round++) {
    for (u32 i = 0; i < count; i++) {
      nodes[i].next = i + 1 < count ? &nodes[i + 1] : 0;
      nodes[i].key = next_random();
      nodes[i].value = i;
    }
    struct node *list = sort(nodes), *reversed = 0;
    while (list) {
      struct node *next = list->next;
      list->next = reversed;
      reversed = list;
      list = next;
    }
    u32 place = 0;
    for (struct node *n = reversed; n; n = n->next) sum += n->value * ++place;
  }
  return sum;
}
