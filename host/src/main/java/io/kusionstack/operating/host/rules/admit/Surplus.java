package io.kusionstack.operating.host.rules.admit;

/**
 * The Pods of a workload that has more than it wants, under a rule that counts all of them.
 *
 * @param tooMany Pods that it does not want
 * @param going of its Pods that are down, those that are to be deleted, or are being deleted
 * @param down its Pods that are out of service without an operation
 */
record Surplus(int tooMany, int going, int down) {
    /** So many count for nobody: they go, and all that are wanted are there without them. */
    int spare() {
        return Math.min(tooMany, going);
    }

    /** So many count for none that goes itself: whichever of those that are down goes, the others are left. */
    int spareForThoseThatGo() {
        return Math.min(tooMany, down);
    }

    /** Once one that goes may leave: an operation holds it out then. */
    Surplus withOneLeaving() {
        return new Surplus(tooMany, going - 1, down - 1);
    }
}
