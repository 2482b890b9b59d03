package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.plan.WriteResult.Cause;

/** Results of writes as words for tables: {@code WRITTEN}, {@code READ_AGAIN}, or the cause. */
public final class Results {
    private static final String WRITTEN = "WRITTEN";
    private static final String READ_AGAIN = "READ_AGAIN";

    private Results() {}

    public static String word(WriteResult result) {
        return switch (result) {
            case WriteResult.Written written -> WRITTEN;
            case WriteResult.NotDone notDone -> notDone.cause().name();
            case WriteResult.ReadAgain read -> READ_AGAIN;
        };
    }

    public static WriteResult of(String word) {
        return switch (word) {
            case WRITTEN -> new WriteResult.Written(new byte[0]);
            case READ_AGAIN -> new WriteResult.ReadAgain();
            default -> notDone(Cause.valueOf(word));
        };
    }

    public static WriteResult.NotDone notDone(Cause cause) {
        return new WriteResult.NotDone(cause, 0, "");
    }

    public static Failure conflict(Action action, String message) {
        return new Failure(action, new WriteResult.NotDone(Cause.CONFLICT, 409, message));
    }

    public static Failure refused(Action action, String message) {
        return new Failure(action, new WriteResult.NotDone(Cause.REFUSED, 422, message));
    }
}
