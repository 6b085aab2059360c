/** Block types that carry packets or describe them (draft-ietf-opsawg-pcapng section 4). */
export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  /** Obsolete packet block. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

/** Options of the interface description block. */
export const OPTION = {
  endOfOptions: 0,
  timestampResolution: 9,
  timestampOffset: 14,
} as const;

/** First field of the section header: its byte order is the section's. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
