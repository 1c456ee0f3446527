-- CreateEnum
CREATE TYPE "member_role" AS ENUM ('OWNER', 'guest');

-- CreateTable
CREATE TABLE "members" (
    "id" SERIAL NOT NULL,
    "email" VARCHAR(120) NOT NULL,
    "role" "member_role" NOT NULL DEFAULT 'guest',
    "nicknames" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "profile" JSONB NOT NULL DEFAULT '{}',
    "balance" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "joined_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seenAt" TIMESTAMP(3),
    "token" UUID NOT NULL DEFAULT gen_random_uuid(),

    CONSTRAINT "members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Room" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "size" DOUBLE PRECISION,

    CONSTRAINT "Room_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Booking" (
    "roomId" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "memberId" INTEGER,
    "note" BYTEA,
    "count" BIGINT NOT NULL DEFAULT 1,
    "paid" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Booking_pkey" PRIMARY KEY ("roomId","day")
);

-- CreateTable
CREATE TABLE "_MemberToRoom" (
    "A" INTEGER NOT NULL,
    "B" TEXT NOT NULL,

    CONSTRAINT "_MemberToRoom_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "members_email_key" ON "members"("email");

-- CreateIndex
CREATE INDEX "room_name_prefix" ON "Room"("name" text_pattern_ops);

-- CreateIndex
CREATE UNIQUE INDEX "Room_name_size_key" ON "Room"("name", "size");

-- CreateIndex
CREATE INDEX "Booking_memberId_day_idx" ON "Booking"("memberId", "day" DESC);

-- CreateIndex
CREATE INDEX "Booking_paid_idx" ON "Booking" USING HASH ("paid");

-- CreateIndex
CREATE INDEX "_MemberToRoom_B_index" ON "_MemberToRoom"("B");

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_roomId_fkey" FOREIGN KEY ("roomId") REFERENCES "Room"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "members"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_MemberToRoom" ADD CONSTRAINT "_MemberToRoom_A_fkey" FOREIGN KEY ("A") REFERENCES "members"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_MemberToRoom" ADD CONSTRAINT "_MemberToRoom_B_fkey" FOREIGN KEY ("B") REFERENCES "Room"("id") ON DELETE CASCADE ON UPDATE CASCADE;
