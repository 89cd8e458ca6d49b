/* What most map kinds do: make one value of each item, and let an item that cannot be processed
 * fail by itself. */
#ifndef KIN_KIND_EACH_H
#define KIN_KIND_EACH_H

#include "kindred/kind.h"

/* Makes the first output of item k. */
typedef int kin_each_item(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                          struct kin_error *err);

/* Calls `item` for every item of the call and gives what it makes; KIN_EDATA rejects the item and
 * goes on, any other failure ends the call. */
int kin_each(struct kin_call *call, kin_each_item *item, void *context, struct kin_error *err);

/* The same for one item whose outcome is known: gives the value, or rejects it. */
int kin_each_settle(struct kin_call *call, size_t k, int status, struct kin_value *takes,
                    struct kin_error *err);

#endif
