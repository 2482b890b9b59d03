package io.kusionstack.operating.testbed.slb;

/** The API says no: an HTTP status, a code and a sentence. */
final class SlbRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    SlbRefusal(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
