#ifndef P2V_TPM_H
#define P2V_TPM_H

#include <jansson.h>

/* The inventory's "tpm": null without one. */
json_t *tpm_facts(const char *root);

#endif
