package io.kusionstack.operating.testbed.controlplane;

/** The control plane cannot be had; the message names what is wrong and what helps. */
public final class ControlPlaneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ControlPlaneException(String message) {
        super(message);
    }

    ControlPlaneException(String message, Throwable cause) {
        super(message, cause);
    }
}
