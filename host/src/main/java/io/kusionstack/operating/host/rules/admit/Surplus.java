package io.kusionstack.operating.host.rules.admit;

/**
 * The Pods of a workload that has more than it wants, under a rule that counts all of them.
 *
 * @param tooMany Pods that it does not want
 * @param going the Pods that are down and are being deleted, or are to be
 * @param down the Pods that are out of service without an operation
 */
record Surplus(int tooMany, int going, int down) {
    /** The number of Pods that are not counted: they go, and the workload has all the Pods it wants without them. */
    int spare() {
        return Math.min(tooMany, going);
    }

    /**
     * The number of Pods that are not counted for a Pod that goes itself: any of those that are down may be the ones that go.
     */
    int spareForThoseThatGo() {
        return Math.min(tooMany, down);
    }

    /** The surplus after one of the Pods that go may leave service: an operation holds it out of service then. */
    Surplus withOneLeaving() {
        return new Surplus(tooMany, going - 1, down - 1);
    }
}
