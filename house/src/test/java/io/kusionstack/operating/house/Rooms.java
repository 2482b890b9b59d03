package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClass;

/** Where a class lives: its package below the base package, {@code host.kube} for example. */
final class Rooms {

    private static final String BASE = "io.kusionstack.operating.";
    private static final String TESTBED = "testbed";

    private Rooms() {}

    static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith(BASE);
    }

    /** The testbed is one room, however many packages it has: nothing of ours but itself may come in. */
    static String of(JavaClass type) {
        String room = packageBelowBase(type);
        return room.equals(TESTBED) || room.startsWith(TESTBED + ".") ? TESTBED : room;
    }

    static String packageBelowBase(JavaClass type) {
        return isOurs(type) ? type.getPackageName().substring(BASE.length()) : type.getPackageName();
    }

    static boolean isIn(String room, JavaClass type) {
        return isOurs(type) && of(type).equals(room);
    }

    static boolean isInHost(JavaClass type) {
        return isOurs(type) && (of(type).equals("host") || of(type).startsWith("host."));
    }

    /** The file's own class: {@code Op} for {@code OperationState.Preparing}, itself for a class that is not nested. */
    static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(Rooms::topLevel).orElse(type);
    }

    /** A class as we speak of it: {@code host.lifecycle.PodOps}, or its full name where it is not ours. */
    static String spoken(JavaClass type) {
        return isOurs(type) ? type.getName().substring(BASE.length()) : type.getName();
    }
}
