package io.kusionstack.operating.host.collaset;

/** How a Pod gets another revision, by {@code podUpgradePolicy}. */
enum UpgradePolicy {
    RECREATE,
    IN_PLACE_IF_POSSIBLE,
    IN_PLACE_ONLY
}
